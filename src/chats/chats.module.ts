import { Module } from '@nestjs/common';
import { Access } from './access.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatPurge } from '../messages/model/chat-purge.service.js';
import { ChatsController } from './chats.controller.js';
import { ChatsService } from './chats.service.js';
import { GroupChanges } from '../groups/group-changes.js';
import { GroupRooms } from '../groups/group-rooms.js';
import { GroupsService } from '../groups/groups.service.js';

/** Chats, and who may do what in them. */
@Module({
  controllers: [ChatsController],
  providers: [Access, ChatGateway, ChatPurge, ChatsService, GroupChanges, GroupRooms, GroupsService],
  exports: [Access, ChatPurge, ChatsService, GroupChanges, GroupRooms],
})
export class ChatsModule {}
