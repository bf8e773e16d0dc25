import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RepeatedChunks } from '../../common/flow/repeated-chunks.js';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import { Database } from '../../database/database.js';
import { removeExpiredKeys } from './idempotency.queries.js';

/** Milliseconds between two checks for expired keys. */
const LOOK_EVERY_MS = 60_000;

/** Keys removed by one statement; it takes a few milliseconds. */
const CHUNK = 1_000;

/** Removes expired keys. */
@Injectable()
export class KeyPurge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly purge: RepeatedChunks;

  constructor(database: Database, @Inject(APP_CONFIG) { idempotency: { keepMs } }: AppConfig) {
    this.purge = new RepeatedChunks({
      what: 'expired idempotency keys',
      everyMs: Math.min(LOOK_EVERY_MS, keepMs),
      chunk: CHUNK,
      remove: () => removeExpiredKeys(database, { keepMs, most: CHUNK }),
    });
  }

  onApplicationBootstrap(): void {
    this.purge.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.purge.stop();
  }
}
