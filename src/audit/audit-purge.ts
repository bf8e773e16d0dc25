import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RepeatedChunks } from '../common/flow/repeated-chunks.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { removeOldAuditEntries } from './audit.queries.js';

/** Milliseconds between two checks for what was kept long enough. */
const LOOK_EVERY_MS = 60_000;

/** Milliseconds after a start: what came due while no node ran goes soon. */
const FIRST_LOOK_AFTER_MS = 5_000;

/** Rows removed by one statement; it takes a few milliseconds. */
const CHUNK = 500;

/** Removes audit entries that are older than AUDIT_DAYS. */
@Injectable()
export class AuditPurge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly purge: RepeatedChunks;

  constructor(database: Database, @Inject(APP_CONFIG) { auditDays: days }: AppConfig) {
    this.purge = new RepeatedChunks({
      what: 'old audit entries',
      everyMs: LOOK_EVERY_MS,
      firstAfterMs: FIRST_LOOK_AFTER_MS,
      chunk: CHUNK,
      remove: () => removeOldAuditEntries(database, { days, most: CHUNK }),
    });
  }

  onApplicationBootstrap(): void {
    this.purge.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.purge.stop();
  }
}
