import { Module } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { ReactionsController } from './reactions.controller.js';
import { ReactionsGateway } from './reactions.gateway.js';
import { ReactionsService } from './reactions.service.js';

/** Reactions to messages. */
@Module({
  imports: [DeliveryModule, MessagesModule],
  controllers: [ReactionsController],
  providers: [ReactionsGateway, ReactionsService],
})
export class ReactionsModule {}
