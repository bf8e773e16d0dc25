import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { AccountsModule } from './accounts/accounts.module.js';
import { AuditModule } from './audit/audit.module.js';
import { CommandsModule } from './commands/commands.module.js';
import { BlocksModule } from './blocks/blocks.module.js';
import { ChatsModule } from './chats/chats.module.js';
import type { AppConfig } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { HooksModule } from './hooks/hooks.module.js';
import { ErasureModule } from './erasure/erasure.module.js';
import { EventsModule } from './events/events.module.js';
import { ExportModule } from './export/export.module.js';
import { DeliveryModule } from './delivery/delivery.module.js';
import { DatabaseModule } from './database/database.module.js';
import { PushModule } from './push/push.module.js';
import { RetentionModule } from './retention/retention.module.js';
import { RestModule } from './rest/rest.module.js';
import { GroupsModule } from './groups/groups.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { CommonModule } from './common/common.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { PresenceModule } from './presence/presence.module.js';
import { RedisModule } from './redis/redis.module.js';
import { SocketsModule } from './sockets/sockets.module.js';
import { ReactionsModule } from './reactions/reactions.module.js';
import { ReceiptsModule } from './receipts/receipts.module.js';
import { ReportsModule } from './reports/reports.module.js';
import { StreamsModule } from './streams/streams.module.js';
import { SyncModule } from './sync/sync.module.js';
import { TypingModule } from './typing/typing.module.js';
import { UsersModule } from './users/users.module.js';
import { WelcomeModule } from './welcome/welcome.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** The table of contents, from the bottom layer up. */
@Module({})
export class AppModule {
  /** `extensions` are global modules of who embeds the server, for example one that provides `BEFORE_SEND`. */
  static with(config: AppConfig, extensions: readonly (Type | DynamicModule)[] = []): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        ...extensions,
        CommonModule,
        RedisModule,
        DatabaseModule,
        CommandsModule,
        DeliveryModule,
        SocketsModule,
        RestModule,
        AuditModule,
        BlocksModule,
        PresenceModule,
        UsersModule,
        AccountsModule,
        WelcomeModule,
        ChatsModule,
        GroupsModule,
        TypingModule,
        EventsModule,
        HooksModule,
        MessagesModule,
        ReceiptsModule,
        ReactionsModule,
        ReportsModule,
        StreamsModule,
        SyncModule,
        NotificationsModule,
        ErasureModule,
        RetentionModule,
        ExportModule,
        WebhooksModule,
        PushModule,
        OperationsModule,
      ],
    };
  }
}
