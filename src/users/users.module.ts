import { Module } from '@nestjs/common';
import { IdempotencyModule } from '../commands/idempotency/idempotency.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { UserRepeats } from './user-repeats.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';
import { DatabaseModule } from '../database/database.module.js';

/** User profiles. */
@Module({
  imports: [DatabaseModule, IdempotencyModule, PresenceModule],
  controllers: [UsersController],
  providers: [UserRepeats, UsersService],
  exports: [UsersService],
})
export class UsersModule {}
