import { Module } from '@nestjs/common';
import { Idempotency } from './idempotency.js';
import { DatabaseModule } from '../../database/database.module.js';

/** Commands that may be repeated. */
@Module({
  imports: [DatabaseModule],
  providers: [Idempotency],
  exports: [Idempotency],
})
export class IdempotencyModule {}
