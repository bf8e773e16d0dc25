import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RepeatedChunks } from '../common/flow/repeated-chunks.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { removeOldDead, removeOldTries } from './tries.queries.js';

const LOOK_EVERY_MS = 600_000;

/** So that a node which is restarted more often than that removes something, too. */
const FIRST_LOOK_AFTER_MS = 2_000;

const CHUNK = 500;

/** Removes tries and dead events of webhooks that are older than WEBHOOK_LOG_DAYS. */
@Injectable()
export class WebhookPurge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly purge: RepeatedChunks;

  constructor(database: Database, @Inject(APP_CONFIG) { webhooks: { logDays: days } }: AppConfig) {
    this.purge = new RepeatedChunks({
      what: 'old tries of webhooks',
      everyMs: LOOK_EVERY_MS,
      firstAfterMs: FIRST_LOOK_AFTER_MS,
      chunk: CHUNK,
      remove: async () => {
        const dead = await removeOldDead(database, { days, most: CHUNK });
        return Math.max(dead, await removeOldTries(database, { days, most: CHUNK }));
      },
    });
  }

  onApplicationBootstrap(): void {
    this.purge.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.purge.stop();
  }
}
