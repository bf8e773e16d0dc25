import { AppError } from '../contract/index.js';

/**
 * Reads of one user, or of one socket or address without a user, that are under way on this node at a time. Of writes as
 * many.
 */
export const AT_ONCE = 4;

/** Most places that a command takes: beside a `sync` or a long list there is room for something small. */
const MOST_PLACES = 3;

/** The places that a command takes in the line of its user: as many as it counts for in the words of the limits. */
export const placesOf = (cost: number): number => Math.min(cost, MOST_PLACES);

/** Most commands of one of them that wait. Above it: OVERLOADED. */
const MAX_WAITING = 1_000;

/** Milliseconds a client should wait when its line is full. */
const RETRY_AFTER_MS = 500;

/** Starts a command. False when it is no longer needed and takes no place. */
type Start = () => boolean;

interface Entry {
  readonly start: Start;
  readonly places: number;
}

interface Line {
  /** Places that are taken. */
  taken: number;
  readonly waiting: Entry[];
}

/**
 * A line for each user, over all their sockets and requests: a few commands are under way at a time, the others wait in
 * the order of their arrival. So somebody with many sockets who lists chats and syncs, or changes the same row, on all of
 * them holds a few connections of the database, not all, and what is left of its processors goes to the others.
 */
export class UserLines {
  private readonly lines = new Map<string | number, Line>();

  /**
   * Calls `start` when it is this command's turn: in this call, when its places are free. What was started has to call
   * `leave` with the same places when it is done.
   *
   * @throws AppError OVERLOADED when too many of the same key wait.
   */
  enter(key: string | number, start: Start, places = 1): void {
    let line = this.lines.get(key);
    if (line === undefined) this.lines.set(key, (line = { taken: 0, waiting: [] }));
    if (line.waiting.length >= MAX_WAITING)
      throw new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS });
    line.waiting.push({ start, places });
    this.goOn(key, line);
  }

  leave(key: string | number, places = 1): void {
    const line = this.lines.get(key)!;
    line.taken -= places;
    this.goOn(key, line);
  }

  /** Starts those whose turn it is, in the order of their arrival. */
  private goOn(key: string | number, line: Line): void {
    for (let next = line.waiting[0]; next && line.taken + next.places <= AT_ONCE; next = line.waiting[0]) {
      line.waiting.shift();
      line.taken += next.places;
      // The places go on to the next one that still needs them.
      if (!next.start()) line.taken -= next.places;
    }
    if (line.taken === 0 && line.waiting.length === 0) this.lines.delete(key);
  }

  /** Users, sockets and addresses that have a line now. */
  get size(): number {
    return this.lines.size;
  }
}
