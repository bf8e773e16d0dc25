import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RepeatedChunks } from '../common/flow/repeated-chunks.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { removeDeletedContents } from './deleted-contents.queries.js';

/** Milliseconds between two checks for what was kept long enough. */
const LOOK_EVERY_MS = 60_000;

/** And at least so many. */
const LOOK_AT_MOST_EVERY_MS = 1_000;

/** Rows removed by one statement; it takes a few milliseconds. */
const CHUNK = 500;

/** Removes what deleted messages said once they can no longer be reported. */
@Injectable()
export class DeletedContentsPurge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly purge: RepeatedChunks;

  constructor(database: Database, @Inject(APP_CONFIG) { keepDeletedMs: keepMs }: AppConfig) {
    this.purge = new RepeatedChunks({
      what: 'what deleted messages said',
      everyMs: Math.min(LOOK_EVERY_MS, Math.max(keepMs, LOOK_AT_MOST_EVERY_MS)),
      chunk: CHUNK,
      remove: () => removeDeletedContents(database, { keepMs, most: CHUNK }),
    });
  }

  onApplicationBootstrap(): void {
    this.purge.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.purge.stop();
  }
}
