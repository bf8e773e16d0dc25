import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { DirectoryModule } from '../users/directory/directory.module.js';
import { InboxService } from './inbox.service.js';
import { InboxSink } from './inbox-sink.js';
import { InboxTelling } from './inbox-telling.js';
import { NotificationPurge } from './notification-purge.js';
import { NotificationsController } from './notifications.controller.js';
import { NotificationsGateway } from './notifications.gateway.js';
import { PreferencesService } from './preferences.service.js';

/** What people are told of: inboxes, and what each wants to hear. */
@Module({
  imports: [ChangesModule, DatabaseModule, DeliveryModule, DirectoryModule, MessagesModule],
  controllers: [NotificationsController],
  providers: [
    InboxService,
    InboxSink,
    InboxTelling,
    NotificationPurge,
    NotificationsGateway,
    PreferencesService,
  ],
})
export class NotificationsModule {}
