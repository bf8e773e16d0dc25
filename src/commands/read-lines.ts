import { AppError } from '../contract/index.js';

/** Reads of one user, or of one socket or address without a user, that are under way on this node at a time. */
export const READS_AT_ONCE = 4;

/** Most reads of one of them that wait. Above it: OVERLOADED. */
const MAX_WAITING = 1_000;

/** Milliseconds a client should wait when its line is full. */
const RETRY_AFTER_MS = 500;

/** Starts a read. False when it is no longer needed and takes no place. */
type Start = () => boolean;

interface Line {
  running: number;
  readonly waiting: Start[];
}

/**
 * A line for the reads of each user, over all their sockets and requests: a few are under way at a time, the others wait
 * in the order of their arrival. So somebody with many sockets who lists chats and syncs on all of them holds a few
 * connections of the database, not all.
 */
export class ReadLines {
  private readonly lines = new Map<string | number, Line>();

  /**
   * Calls `start` when it is this read's turn: in this call, when fewer than `READS_AT_ONCE` are under way. A read that
   * was started has to call `leave` when it is done.
   *
   * @throws AppError OVERLOADED when too many of the same key wait.
   */
  enter(key: string | number, start: Start): void {
    let line = this.lines.get(key);
    if (line === undefined) this.lines.set(key, (line = { running: 0, waiting: [] }));
    if (line.running < READS_AT_ONCE) {
      line.running++;
      if (!start()) this.leave(key);
    } else if (line.waiting.length < MAX_WAITING) line.waiting.push(start);
    else throw new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS });
  }

  leave(key: string | number): void {
    const line = this.lines.get(key)!;
    for (;;) {
      const next = line.waiting.shift();
      // The place goes on to the next that still needs it.
      if (next === undefined) break;
      if (next()) return;
    }
    if (--line.running === 0) this.lines.delete(key);
  }

  /** Users, sockets and addresses that have a line now. */
  get size(): number {
    return this.lines.size;
  }
}
