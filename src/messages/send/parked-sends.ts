import { Injectable } from '@nestjs/common';
import { AppError } from '../../contract/index.js';
import { tooSlow } from '../../common/errors/failure.js';
import { Database } from '../../database/database.js';
import type { Entry, Sent } from './draft.js';
import { lockedByOthers } from './send.queries.js';

/** Milliseconds between two looks whether locked chats are free. */
const LOOK_EVERY_MS = 100;

/** Most messages that wait for locked chats. */
const MAX_PARKED = 2_000;

/** Milliseconds after which a refused sender tries again. */
const RETRY_AFTER_MS = 1_000;

interface Waiting {
  entry: Entry;
  resolve(sent: Promise<Sent>): void;
  reject(error: unknown): void;
}

/** Writes entries that have waited, before all others. Each promise is the outcome of an entry. */
export type Resume = (entries: Entry[]) => Promise<Sent>[];

/**
 * Messages to chats that somebody else has locked: an operator's transaction, or a node that froze. They wait here until
 * their chat is free again or their time is up, in their order, and no message to another chat waits with them.
 */
@Injectable()
export class ParkedSends {
  private readonly chats = new Map<number, Waiting[]>();
  private count = 0;
  private timer: NodeJS.Timeout | null = null;
  private resume: Resume = () => [];

  constructor(private readonly database: Database) {}

  /** Called once, before the first message. */
  onFree(resume: Resume): void {
    this.resume = resume;
  }

  /** Whether nobody waits: then nothing needs to be asked about a chat. */
  get isEmpty(): boolean {
    return this.count === 0;
  }

  has(chatId: number): boolean {
    return this.chats.has(chatId);
  }

  /** The chats of those entries that can't be written now. Waits for nobody. */
  async lockedOf(entries: readonly Entry[]): Promise<Map<Entry, number>> {
    const rows = await lockedByOthers(this.database.impatient, entries);
    return new Map(rows.map(({ idx, chatId }) => [entries[idx - 1]!, chatId]));
  }

  /** The entry waits until the chat is free. */
  park(entry: Entry, chatId: number): void {
    const sent =
      this.count >= MAX_PARKED
        ? Promise.reject<Sent>(new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS }))
        : new Promise<Sent>((resolve, reject) => this.add({ entry, resolve, reject }, chatId));
    // Its batch is answered later: until then nobody handles a rejection.
    sent.catch(() => undefined);
    entry.parked = { chatId, sent };
  }

  private add(waiting: Waiting, chatId: number): void {
    const line = this.chats.get(chatId);
    if (line) line.push(waiting);
    else this.chats.set(chatId, [waiting]);
    this.count++;
    this.timer ??= setTimeout(() => void this.look(), LOOK_EVERY_MS);
  }

  private async look(): Promise<void> {
    this.dropLate();
    const firsts = [...this.chats.values()].map(([first]) => first!.entry);
    try {
      const locked = firsts.length === 0 ? new Map<Entry, number>() : await this.lockedOf(firsts);
      for (const [chatId, [first]] of [...this.chats])
        if (first && firsts.includes(first.entry) && !locked.has(first.entry)) this.free(chatId);
    } catch {
      // The database is away, or the whole table is locked: the next look may tell more.
    }
    this.timer = this.count > 0 ? setTimeout(() => void this.look(), LOOK_EVERY_MS) : null;
  }

  private free(chatId: number): void {
    const line = this.chats.get(chatId) ?? [];
    this.chats.delete(chatId);
    this.count -= line.length;
    const outcomes = this.resume(line.map(({ entry }) => ({ ...entry, parked: null })));
    for (const [index, waiting] of line.entries()) waiting.resolve(outcomes[index]!);
  }

  /** Their callers have been answered by now. */
  private dropLate(): void {
    const now = performance.now();
    for (const [chatId, line] of [...this.chats]) {
      const inTime = line.filter(({ entry }) => entry.giveUpAt > now);
      for (const late of line) if (late.entry.giveUpAt <= now) late.reject(tooSlow());
      this.count -= line.length - inTime.length;
      if (inTime.length > 0) this.chats.set(chatId, inTime);
      else this.chats.delete(chatId);
    }
  }
}
