import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ChangesModule } from '../changes/changes.module.js';
import { CommonModule } from '../common/common.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { OutboundModule } from '../outbound/outbound.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { Deliveries } from './deliveries.js';
import { DueNotifications } from './due/due-notifications.js';
import { WebhookDisabler } from './webhook-disabler.js';
import { WebhookPurge } from './webhook-purge.js';
import { WebhookReportsService } from './webhook-reports.service.js';
import { WebhookWorker } from './webhook-worker.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksService } from './webhooks.service.js';

/** What happens in chats, told to servers of the application. */
@Module({
  imports: [AuditModule, ChangesModule, CommonModule, DatabaseModule, OutboundModule, PresenceModule],
  controllers: [WebhooksController],
  providers: [
    Deliveries,
    DueNotifications,
    WebhookDisabler,
    WebhookPurge,
    WebhookReportsService,
    WebhookWorker,
    WebhooksService,
  ],
})
export class WebhooksModule {}
