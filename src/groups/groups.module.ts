import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { BusModule } from '../common/bus.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { Arrivals } from './arrivals.js';
import { BansService } from './bans.service.js';
import { Consent } from './consent.js';
import { GroupCreationService } from './creation.service.js';
import { GroupAddsService } from './group-adds.service.js';
import { InvitationBook } from './invitation-book.js';
import { InvitationsController } from './invitations.controller.js';
import { InvitationsGateway } from './invitations.gateway.js';
import { InvitationsService } from './invitations.service.js';
import { JoiningService } from './joining.service.js';
import { LeavingService } from './leaving.service.js';
import { MembersController } from './members.controller.js';
import { MembersGateway } from './members.gateway.js';
import { MembersService } from './members.service.js';
import { SilenceService } from './silence.service.js';
import { GroupChanges } from './group-changes.js';
import { GroupRooms } from './group-rooms.js';
import { GroupsController } from './groups.controller.js';
import { GroupsGateway } from './groups.gateway.js';
import { GroupsService } from './groups.service.js';
import { DirectoryModule } from '../users/directory/directory.module.js';
import { LimitsModule } from '../commands/limits/limits.module.js';
import { DatabaseModule } from '../database/database.module.js';

/** Groups and their members. */
@Module({
  imports: [
    AuditModule,
    DatabaseModule,
    BusModule,
    ChatsModule,
    DeliveryModule,
    DirectoryModule,
    LimitsModule,
  ],
  controllers: [GroupsController, InvitationsController, MembersController],
  providers: [
    Arrivals,
    BansService,
    Consent,
    GroupAddsService,
    GroupChanges,
    GroupCreationService,
    GroupRooms,
    GroupsGateway,
    GroupsService,
    InvitationBook,
    InvitationsGateway,
    InvitationsService,
    JoiningService,
    LeavingService,
    MembersGateway,
    MembersService,
    SilenceService,
  ],
  exports: [LeavingService],
})
export class GroupsModule {}
