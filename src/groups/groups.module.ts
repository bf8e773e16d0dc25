import { Module } from '@nestjs/common';
import { BusModule } from '../common/bus.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { LeavingService } from './leaving.service.js';
import { MembersController } from './members.controller.js';
import { MembersGateway } from './members.gateway.js';
import { MembersService } from './members.service.js';
import { GroupChanges } from './group-changes.js';
import { GroupRooms } from './group-rooms.js';
import { GroupsController } from './groups.controller.js';
import { GroupsGateway } from './groups.gateway.js';
import { GroupsService } from './groups.service.js';
import { DirectoryModule } from '../users/directory/directory.module.js';
import { DatabaseModule } from '../database/database.module.js';

/** Groups and their members. */
@Module({
  imports: [DatabaseModule, BusModule, ChatsModule, DeliveryModule, DirectoryModule],
  controllers: [GroupsController, MembersController],
  providers: [
    GroupChanges,
    GroupRooms,
    GroupsGateway,
    GroupsService,
    LeavingService,
    MembersGateway,
    MembersService,
  ],
})
export class GroupsModule {}
