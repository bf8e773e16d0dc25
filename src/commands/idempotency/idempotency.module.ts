import { Module } from '@nestjs/common';
import { Idempotency } from './idempotency.js';

/** Commands that may be repeated. */
@Module({ providers: [Idempotency], exports: [Idempotency] })
export class IdempotencyModule {}
