import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../commands/idempotency/idempotency.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { ReportRepeats } from './report-repeats.js';
import { ReportsController } from './reports.controller.js';
import { ReportsGateway } from './reports.gateway.js';
import { ReportsService } from './reports.service.js';
import { DatabaseModule } from '../database/database.module.js';

/** Reports of messages. */
@Module({
  imports: [DatabaseModule, IdempotencyModule, MessagesModule],
  controllers: [ReportsController],
  providers: [ReportRepeats, ReportsGateway, ReportsService],
})
export class ReportsModule {}
