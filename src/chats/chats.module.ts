import { Module } from '@nestjs/common';
import { Access } from './access.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatPurge } from '../messages/model/chat-purge.js';
import { ChatsController } from './chats.controller.js';
import { MembershipService } from './membership.service.js';
import { ChatsService } from './chats.service.js';
import { DirectoryModule } from '../users/directory/directory.module.js';

/** Chats, and who may do what in them. */
@Module({
  imports: [DirectoryModule],
  controllers: [ChatsController],
  providers: [Access, ChatGateway, ChatPurge, ChatsService, MembershipService],
  exports: [Access, ChatPurge, ChatsService],
})
export class ChatsModule {}
