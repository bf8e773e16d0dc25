import { Module } from '@nestjs/common';
import { Idempotency } from './idempotency.js';
import { KeyPurge } from './key-purge.js';
import { Repeats } from './repeats.js';
import { DatabaseModule } from '../../database/database.module.js';

/** Makes commands with a key safe to send again: each is executed once. */
@Module({
  imports: [DatabaseModule],
  providers: [Idempotency, KeyPurge, Repeats],
  exports: [Idempotency, Repeats],
})
export class IdempotencyModule {}
