import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { UnreadCountView, UnreadTotalsView } from '../contract/index.js';
import { Bus } from '../common/bus.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { unreadTotals } from '../chats/unread-totals.queries.js';
import type { Membership } from './receipts.queries.js';
import { unreadCounts } from './unread.queries.js';

declare module '../common/bus.js' {
  interface InnerEvents {
    /** A user has seen a chat up to its end, or to a message. */
    chatRead: { userId: number; chatId: number };
  }
}

/**
 * Milliseconds for which counts to publish are collected before they are looked up together: of few users, and of more
 * than `FEW` at once. One member can change the counts of many again and again, and each costs a look at all their chats.
 */
const GATHER_MS = { few: 50, many: 1_000 };
const FEW = 10;

/** Most pairs looked up by one statement. */
const MAX_AT_ONCE = 200;

/** Counts a user's unread messages, and publishes the count to the user's sockets after they have read. */
@Injectable()
export class UnreadCounts implements OnModuleInit {
  private readonly logger = new Logger(UnreadCounts.name);
  private readonly soon = new Gathered((all) => void this.publish(all), GATHER_MS.few);
  private readonly later = new Gathered((all) => void this.publish(all), GATHER_MS.many);

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
      const gathered = userIds.length > FEW ? this.later : this.soon;
      for (const userId of userIds) gathered.add({ userId, chatId });
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
    this.soon.add({ userId, chatId });
    this.bus.emit('chatRead', { userId, chatId });
  }

  private async publish(all: readonly Membership[]): Promise<void> {
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

/** Collects memberships, each once, and hands them on some time after the first. */
class Gathered {
  private readonly waiting = new Map<string, Membership>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly handOn: (all: readonly Membership[]) => void,
    private readonly ms: number,
  ) {}

  add(membership: Membership): void {
    this.waiting.set(`${membership.userId} ${membership.chatId}`, membership);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      const all = [...this.waiting.values()];
      this.waiting.clear();
      this.handOn(all);
    }, this.ms).unref();
  }
}
