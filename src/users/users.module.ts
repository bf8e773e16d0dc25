import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { IdentityModule } from '../commands/identity/identity.module.js';
import { IdempotencyModule } from '../commands/idempotency/idempotency.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import { DirectoryModule } from './directory/directory.module.js';
import { DeactivationController } from './deactivation.controller.js';
import { DeactivationEffects } from './deactivation-effects.js';
import { DeactivationKeeper } from './deactivation-keeper.js';
import { DeactivationService } from './deactivation.service.js';
import { ProfileNews } from './profile-news.service.js';
import { UserRepeats } from './user-repeats.js';
import { FindingService } from './finding.service.js';
import { NameIndex } from './name-index.service.js';
import { UsersController } from './users.controller.js';
import { UsersGateway } from './users.gateway.js';
import { UsersService } from './users.service.js';
import { DatabaseModule } from '../database/database.module.js';

/** User profiles. */
@Module({
  imports: [
    AuditModule,
    DatabaseModule,
    DeliveryModule,
    DirectoryModule,
    IdempotencyModule,
    IdentityModule,
    PresenceModule,
  ],
  controllers: [DeactivationController, UsersController],
  providers: [
    DeactivationEffects,
    DeactivationKeeper,
    DeactivationService,
    FindingService,
    NameIndex,
    ProfileNews,
    UserRepeats,
    UsersGateway,
    UsersService,
  ],
  exports: [NameIndex, ProfileNews, UsersService],
})
export class UsersModule {}
