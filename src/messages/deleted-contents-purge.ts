import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
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

/**
 * Removes what deleted messages said once they can no longer be reported, a chunk at a time. Every node does it; they skip
 * what another one is removing. What came due while no node ran is removed by the first check.
 */
@Injectable()
export class DeletedContentsPurge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(DeletedContentsPurge.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(
    private readonly database: Database,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.later();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private later(): void {
    if (this.isStopping) return;
    const everyMs = Math.min(LOOK_EVERY_MS, Math.max(this.config.keepDeletedMs, LOOK_AT_MOST_EVERY_MS));
    this.timer = setTimeout(() => {
      this.running = this.removeAll();
    }, everyMs).unref();
  }

  /** Never fails: what is left is removed the next time. */
  private async removeAll(): Promise<void> {
    try {
      const keepMs = this.config.keepDeletedMs;
      while (
        !this.isStopping &&
        (await removeDeletedContents(this.database, { keepMs, most: CHUNK })) >= CHUNK
      );
    } catch (error) {
      this.logger.warn(`Could not remove what deleted messages said, trying again later: ${String(error)}`);
    }
    this.later();
  }
}
