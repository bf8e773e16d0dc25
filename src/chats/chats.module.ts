import { Module } from '@nestjs/common';
import { Access } from './access.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatPurge } from './chat-purge.js';
import { ChatsController } from './chats.controller.js';
import { ChatsService } from './chats.service.js';

/** Chats, and who may do what in them. */
@Module({
  controllers: [ChatsController],
  providers: [Access, ChatGateway, ChatPurge, ChatsService],
  exports: [Access, ChatsService],
})
export class ChatsModule {}
