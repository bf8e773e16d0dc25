import { Module } from '@nestjs/common';
import { BlocksModule } from '../blocks/blocks.module.js';
import { BusModule } from '../common/bus.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { TypingGateway } from './typing.gateway.js';
import { TypingService } from './typing.service.js';

/** Typing indicators. */
@Module({
  imports: [BlocksModule, BusModule, DeliveryModule, PresenceModule, ChatsModule],
  providers: [TypingGateway, TypingService],
  exports: [TypingService],
})
export class TypingModule {}
