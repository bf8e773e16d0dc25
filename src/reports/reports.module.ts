import { Module } from '@nestjs/common';
import { MessagesModule } from '../messages/messages.module.js';
import { ReportsController } from './reports.controller.js';
import { ReportsGateway } from './reports.gateway.js';
import { ReportsService } from './reports.service.js';
import { DatabaseModule } from '../database/database.module.js';

/** Reports of messages. */
@Module({
  imports: [DatabaseModule, MessagesModule],
  controllers: [ReportsController],
  providers: [ReportsGateway, ReportsService],
})
export class ReportsModule {}
