import { Module } from '@nestjs/common';
import { ReceiptsController } from './receipts.controller.js';
import { ReceiptsGateway } from './receipts.gateway.js';
import { ReceiptsService } from './receipts.service.js';

/** Who has seen what. */
@Module({ controllers: [ReceiptsController], providers: [ReceiptsGateway, ReceiptsService] })
export class ReceiptsModule {}
