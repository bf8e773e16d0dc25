import { Global, Module } from '@nestjs/common';
import { Idempotency } from './idempotency.js';

/** Commands that may be repeated. */
@Global()
@Module({ providers: [Idempotency], exports: [Idempotency] })
export class IdempotencyModule {}
