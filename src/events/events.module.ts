import { Module } from '@nestjs/common';
import { BlocksModule } from '../blocks/blocks.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { CommonModule } from '../common/common.module.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { LimitsModule } from '../commands/limits/limits.module.js';
import { EventsController } from './events.controller.js';
import { EventsGateway } from './events.gateway.js';
import { EventsService } from './events.service.js';

/** Events of the application in chats, which are not stored. */
@Module({
  imports: [BlocksModule, ChatsModule, CommonModule, DeliveryModule, LimitsModule],
  controllers: [EventsController],
  providers: [EventsGateway, EventsService],
})
export class EventsModule {}
