import { Module } from '@nestjs/common';
import { BusModule } from '../common/bus.js';
import { CommonModule } from '../common/common.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { Ending } from './ending.js';
import { Growing } from './growing.js';
import { StreamSockets } from './stream-sockets.js';
import { StreamsController } from './streams.controller.js';
import { StreamsGateway } from './streams.gateway.js';
import { StreamsService } from './streams.service.js';

/** Messages that are read while they are written. */
@Module({
  imports: [BusModule, ChatsModule, CommonModule, DatabaseModule, DeliveryModule, MessagesModule],
  controllers: [StreamsController],
  providers: [Ending, Growing, StreamSockets, StreamsGateway, StreamsService],
  exports: [Ending],
})
export class StreamsModule {}
