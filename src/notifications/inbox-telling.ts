import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { entriesToTell } from './inbox.queries.js';
import { toNotificationView } from './inbox.view.js';

/** Most entries that wait to be told. */
const MOST_WAITING = 10_000;

/** Entries that one statement reads. */
const AT_ONCE = 100;

/**
 * Tells people of new entries in their inboxes, beside the work of the sink. At most once: what does not get through because
 * too many wait, or the database is away, is in the inbox all the same.
 */
@Injectable()
export class InboxTelling {
  private readonly logger = new Logger(InboxTelling.name);
  private waiting: number[] = [];
  private running: Promise<void> | null = null;

  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
  ) {}

  /** Tells of these soon, the newest last. Neither waits nor fails. */
  add(ids: readonly number[]): void {
    const room = MOST_WAITING - this.waiting.length;
    if (ids.length > room)
      this.logger.warn(`Too much is new in inboxes: people are not told of ${ids.length - room} entries`);
    this.waiting.push(...ids.slice(0, room));
    if (this.waiting.length > 0) this.running ??= this.run();
  }

  /** Resolves when nothing waits. */
  async done(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      while (this.waiting.length > 0) await this.tell(this.waiting.splice(0, AT_ONCE));
    } catch (error) {
      this.waiting = [];
      this.logger.warn(`Could not tell people of what is new in their inboxes: ${String(error)}`);
    }
    this.running = null;
  }

  private async tell(ids: readonly number[]): Promise<void> {
    for (const { userId, counts, entry } of await entriesToTell(this.database, ids)) {
      const view = { ...toNotificationView(entry), ...counts };
      this.publisher.publish('notification', view, { users: [userId] });
    }
  }
}
