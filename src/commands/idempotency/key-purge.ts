import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import { Database } from '../../database/database.js';
import { removeExpiredKeys } from './idempotency.queries.js';

/** Milliseconds between two checks for expired keys. */
const LOOK_EVERY_MS = 60_000;

/** Keys removed by one statement; it takes a few milliseconds. */
const CHUNK = 1_000;

/** Removes expired keys, a chunk at a time. Every node does it; they skip what another one is removing. */
@Injectable()
export class KeyPurge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(KeyPurge.name);
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
    const everyMs = Math.min(LOOK_EVERY_MS, this.config.idempotency.keepMs);
    this.timer = setTimeout(() => {
      this.running = this.removeAll();
    }, everyMs).unref();
  }

  /** Never fails: what is left is removed the next time. */
  private async removeAll(): Promise<void> {
    try {
      const { keepMs } = this.config.idempotency;
      while (!this.isStopping && (await removeExpiredKeys(this.database, { keepMs, most: CHUNK })) >= CHUNK);
    } catch (error) {
      this.logger.warn(`Could not remove expired idempotency keys, trying again later: ${String(error)}`);
    }
    this.later();
  }
}
