import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { UnreadCountView, UnreadTotalsView } from '../contract/index.js';
import { Bus } from '../common/bus.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { unreadTotals } from '../chats/unread-totals.queries.js';
import { unreadCounts } from './unread.queries.js';

/** Milliseconds for which counts to publish are collected before they are looked up together. */
const GATHER_MS = 50;

/** Most pairs looked up by one statement. */
const MAX_AT_ONCE = 200;

/** Counts a user's unread messages, and publishes the count to the user's sockets after they have read. */
@Injectable()
export class UnreadCounts implements OnModuleInit {
  private readonly logger = new Logger(UnreadCounts.name);
  private readonly waiting = new Map<string, { userId: number; chatId: number }>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Of more users than receipts are pushed to none is told: each would cost a count. */
  onModuleInit(): void {
    this.bus.on('unreadChanged', ({ chatId, userIds }) => {
      if (userIds.length > Math.max(1, this.config.receiptsPushedUpTo)) return;
      for (const userId of userIds) this.announce(userId, chatId);
    });
  }

  async of(userId: number, chatId: number): Promise<UnreadCountView> {
    const [row] = await unreadCounts(this.database, [{ userId, chatId }]);
    if (!row) throw new Error('unreadCounts returned no row');
    const { userId: _, ...count } = row;
    return count;
  }

  /** Of all chats of the user. */
  totalsOf(userId: number): Promise<UnreadTotalsView> {
    return unreadTotals(this.database, userId);
  }

  /** Publishes the count to the reader's sockets soon; many marks of one chat in a row make one event. */
  announce(userId: number, chatId: number): void {
    this.waiting.set(`${userId} ${chatId}`, { userId, chatId });
    this.timer ??= setTimeout(() => void this.publishWaiting(), GATHER_MS).unref();
  }

  private async publishWaiting(): Promise<void> {
    this.timer = null;
    const all = [...this.waiting.values()];
    this.waiting.clear();
    try {
      for (let from = 0; from < all.length; from += MAX_AT_ONCE) {
        const rows = await unreadCounts(this.database, all.slice(from, from + MAX_AT_ONCE));
        for (const { userId, ...count } of rows) {
          this.publisher.publish('unreadCount', count, { users: [userId] });
        }
      }
    } catch (error) {
      this.logger.warn(`Could not publish unread counts: ${String(error)}`);
    }
  }
}
