import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { AuditController } from './audit.controller.js';
import { AuditPurge } from './audit-purge.js';
import { AuditService } from './audit.service.js';

/** What the application and admins did to people and chats. */
@Module({
  imports: [DatabaseModule],
  controllers: [AuditController],
  providers: [AuditPurge, AuditService],
  exports: [AuditService],
})
export class AuditModule {}
