import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { ExportController } from './export.controller.js';
import { ExportService } from './export.service.js';

/** What is stored of a person or a chat. */
@Module({
  imports: [AuditModule, DatabaseModule],
  controllers: [ExportController],
  providers: [ExportService],
})
export class ExportModule {}
