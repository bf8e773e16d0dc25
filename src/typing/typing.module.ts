import { Module } from '@nestjs/common';
import { ChatsModule } from '../chats/chats.module.js';
import { TypingGateway } from './typing.gateway.js';
import { TypingService } from './typing.service.js';

/** Who types. */
@Module({ imports: [ChatsModule], providers: [TypingGateway, TypingService], exports: [TypingService] })
export class TypingModule {}
