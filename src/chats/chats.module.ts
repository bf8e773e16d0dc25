import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { BlocksModule } from '../blocks/blocks.module.js';
import { BusModule } from '../common/bus.js';
import { IdempotencyModule } from '../commands/idempotency/idempotency.module.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { Access } from './access.js';
import { ChatGateway } from './chat.gateway.js';
import { ChatRepeats } from './chat-repeats.js';
import { ChatsController } from './chats.controller.js';
import { DeletionService } from './deletion.service.js';
import { MembershipService } from './membership.service.js';
import { DirectChatsService } from './direct-chats.service.js';
import { ChatsService } from './chats.service.js';
import { DirectoryModule } from '../users/directory/directory.module.js';
import { DatabaseModule } from '../database/database.module.js';

/** Chats and the permissions in them. */
@Module({
  imports: [
    AuditModule,
    DatabaseModule,
    BlocksModule,
    BusModule,
    DeliveryModule,
    DirectoryModule,
    IdempotencyModule,
    PresenceModule,
  ],
  controllers: [ChatsController],
  providers: [
    Access,
    ChatGateway,
    ChatRepeats,
    ChatsService,
    DeletionService,
    DirectChatsService,
    MembershipService,
  ],
  exports: [Access, ChatsService, DirectChatsService],
})
export class ChatsModule {}
