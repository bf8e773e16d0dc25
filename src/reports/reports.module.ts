import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { IdempotencyModule } from '../commands/idempotency/idempotency.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { DirectoryModule } from '../users/directory/directory.module.js';
import { ReportQueue } from './report-queue.service.js';
import { ReportRepeats } from './report-repeats.js';
import { ReportsController } from './reports.controller.js';
import { ReportsGateway } from './reports.gateway.js';
import { ReportsService } from './reports.service.js';

/** Reports of messages, users and chats. */
@Module({
  imports: [AuditModule, DatabaseModule, DirectoryModule, IdempotencyModule, MessagesModule],
  controllers: [ReportsController],
  providers: [ReportQueue, ReportRepeats, ReportsGateway, ReportsService],
})
export class ReportsModule {}
