import type { Database } from '../database/database.js';
import { chatsWithParked, countParked } from './parked.queries.js';

/** Milliseconds between two counts. */
const COUNT_EVERY_MS = 1_000;

/** How many more than twice as many as may be are counted. */
const COUNTED_BEYOND = 100;

/** Which chats of a webhook have parked events, and about how many those are: what was revived is counted in time. */
export class ParkedEvents {
  private count = 0;
  private countedAt = Number.NEGATIVE_INFINITY;
  /** Added while they are counted: the count may have them or not. */
  private added = 0;

  private constructor(
    private readonly database: Database,
    private readonly webhookId: number,
    /** Most that wait, but for those that are under way. */
    private readonly most: number,
    private readonly chats: Set<number>,
  ) {}

  static async of(database: Database, webhookId: number, most: number): Promise<ParkedEvents> {
    return new ParkedEvents(database, webhookId, most, new Set(await chatsWithParked(database, webhookId)));
  }

  get isEmpty(): boolean {
    return this.chats.size === 0;
  }

  get isFull(): boolean {
    return this.count >= this.most;
  }

  has(chatId: number): boolean {
    return this.chats.has(chatId);
  }

  add(chatId: number): void {
    this.chats.add(chatId);
    this.count++;
    this.added++;
  }

  /** One is done or dead. */
  settled(): void {
    this.count--;
  }

  /** The chat has none any more. */
  clear(chatId: number): void {
    this.chats.delete(chatId);
  }

  async recount(): Promise<void> {
    const now = performance.now();
    if (this.isEmpty) this.count = 0;
    else if (now - this.countedAt >= COUNT_EVERY_MS) {
      this.countedAt = now;
      const { database, webhookId } = this;
      this.added = 0;
      // Beyond the bound, too: else whatever is settled would make room that there is not.
      const count = await countParked(database, { webhookId, most: 2 * this.most + COUNTED_BEYOND });
      this.count = count + this.added;
    }
  }
}
