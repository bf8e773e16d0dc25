import { Module } from '@nestjs/common';
import { BlocksModule } from '../blocks/blocks.module.js';
import { BusModule } from '../common/bus.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { Access } from './access.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatsController } from './chats.controller.js';
import { ChatsService } from './chats.service.js';
import { GroupChanges } from '../groups/group-changes.js';
import { GroupRooms } from '../groups/group-rooms.js';
import { GroupsService } from '../groups/groups.service.js';

/** Chats, and who may do what in them. */
@Module({
  imports: [BlocksModule, BusModule, DeliveryModule, PresenceModule],
  controllers: [ChatsController],
  providers: [Access, ChatGateway, ChatsService, GroupChanges, GroupRooms, GroupsService],
  exports: [Access, ChatsService, GroupChanges, GroupRooms],
})
export class ChatsModule {}
