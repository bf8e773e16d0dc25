import { Module } from '@nestjs/common';
import { BusModule } from '../common/bus.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { ChatsModule } from '../chats/chats.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { ReceiptsController } from './receipts.controller.js';
import { ReceiptsGateway } from './receipts.gateway.js';
import { ReceiptsService } from './receipts.service.js';
import { UnreadCounts } from './unread-counts.js';
import { DatabaseModule } from '../database/database.module.js';

/** Receipts and unread counts. */
@Module({
  imports: [BusModule, DatabaseModule, DeliveryModule, ChatsModule, MessagesModule],
  controllers: [ReceiptsController],
  providers: [ReceiptsGateway, ReceiptsService, UnreadCounts],
})
export class ReceiptsModule {}
