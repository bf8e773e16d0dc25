import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../commands/idempotency/idempotency.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
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
  imports: [DatabaseModule, DeliveryModule, IdempotencyModule, PresenceModule],
  controllers: [UsersController],
  providers: [FindingService, NameIndex, ProfileNews, UserRepeats, UsersGateway, UsersService],
  exports: [NameIndex, ProfileNews, UsersService],
})
export class UsersModule {}
