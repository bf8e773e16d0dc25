import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { IdempotencyModule } from '../commands/idempotency/idempotency.module.js';
import { IdentityModule } from '../commands/identity/identity.module.js';
import { BusModule } from '../common/bus.js';
import { DatabaseModule } from '../database/database.module.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { StreamsModule } from '../streams/streams.module.js';
import { DirectoryModule } from '../users/directory/directory.module.js';
import { UsersModule } from '../users/users.module.js';
import { ErasureController } from './erasure.controller.js';
import { ErasureService } from './erasure.service.js';
import { ErasureSteps } from './erasure-steps.js';
import { ErasureWorker } from './erasure-worker.js';
import { LeavingChats } from './leaving-chats.js';
import { OwnMessages } from './own-messages.js';

/** Erasing people. */
@Module({
  imports: [
    AccountsModule,
    AuditModule,
    BusModule,
    DatabaseModule,
    DeliveryModule,
    DirectoryModule,
    GroupsModule,
    IdempotencyModule,
    IdentityModule,
    MessagesModule,
    StreamsModule,
    UsersModule,
  ],
  controllers: [ErasureController],
  providers: [ErasureService, ErasureSteps, ErasureWorker, LeavingChats, OwnMessages],
})
export class ErasureModule {}
