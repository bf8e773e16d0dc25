import type { Runner } from '../database/statement.js';
import { isAfter, type Position } from './position.js';
import { lastIds, lowestOpen, takeNumber } from './settled.queries.js';

const START: Position = { messageId: 0, outboxId: 0 };

/**
 * The place in the log up to which nothing can be added any more.
 *
 * Ids are taken by transactions that are numbered already, because they have written or locked a chat before. So whoever took
 * an id up to the last one has a lower number than the one that is taken afterwards; once no transaction with a lower one is
 * open, all of these messages are there or never will be. The ids are read first, in a statement of their own
 * (docs/adr/0033).
 */
export class SettledLog {
  private settled = START;
  private lastTaken = START;
  private pending: { position: Position; below: number } | null = null;

  constructor(private readonly database: Runner) {}

  /** The ids that were taken last, as of the last look. */
  get last(): Position {
    return this.lastTaken;
  }

  /** One or two statements, one when nothing happened. Under open transactions it takes until a later call. */
  async look(): Promise<Position> {
    if (!this.pending) {
      const position = await lastIds(this.database, undefined);
      this.note(position);
      if (!isAfter(position, this.settled)) return this.settled;
      const { number, lowest } = await takeNumber(this.database, undefined);
      this.pending = { position, below: number };
      return this.settle(lowest);
    }
    const { lowest, next, last } = await lowestOpen(this.database, undefined);
    this.note(last);
    // The id or the number was not given there.
    if (next <= this.pending.below || isAfter(this.pending.position, last)) this.pending = null;
    return this.settle(lowest);
  }

  private note(last: Position): void {
    this.lastTaken = last;
    // Lower than before: it was restored from a backup, or is a standby that had not got the last of it.
    if (isAfter(this.settled, last)) this.settled = START;
  }

  private settle(lowest: number): Position {
    if (this.pending && lowest >= this.pending.below) {
      this.settled = this.pending.position;
      this.pending = null;
    }
    return this.settled;
  }
}
