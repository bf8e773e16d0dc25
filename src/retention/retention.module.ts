import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { BusModule } from '../common/bus.js';
import { DatabaseModule } from '../database/database.module.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { RetentionController } from './retention.controller.js';
import { RetentionPurge } from './retention-purge.js';
import { RetentionService } from './retention.service.js';

/** How long messages are kept. */
@Module({
  imports: [AuditModule, BusModule, DatabaseModule, DeliveryModule],
  controllers: [RetentionController],
  providers: [RetentionPurge, RetentionService],
})
export class RetentionModule {}
