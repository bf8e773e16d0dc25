import { AppError } from '../../contract/index.js';

/** Milliseconds a client should wait when too many wait before it. */
const RETRY_AFTER_MS = 500;

/** Starts a command. False when it is no longer needed and takes no place. */
export type Start = () => boolean;

interface Entry {
  readonly start: Start;
  readonly places: number;
}

interface Line {
  /** Places that are taken. */
  taken: number;
  readonly waiting: Entry[];
  /** When it ends, the next one may begin. */
  pause: NodeJS.Timeout | null;
  /** After a pause the next one runs alone: what it asks for may end in another pause. */
  pace: 'free' | 'next alone' | 'alone';
  /** Whether the line is being gone through: what is started may enter it or leave it meanwhile. */
  isGoing: boolean;
}

const newLine = (taken: number): Line => ({ taken, waiting: [], pause: null, pace: 'free', isGoing: false });

export interface PlacesOptions<Key> {
  /** Places of each key. */
  places: number;
  /** Most commands of a key that wait. */
  maxWaiting: number;
  /** Milliseconds until the next command of the key may begin; left out: it never has to wait for a time. */
  pauseOf?: ((key: Key) => number) | undefined;
}

/**
 * Some places for each key, and a line in front of them: a few commands of a key are under way at a time, the others
 * wait in the order of their arrival. Nothing is kept of a key of which no command is there.
 */
export class Places<Key> {
  private readonly lines = new Map<Key, Line>();
  private readonly pauseOf: (key: Key) => number;

  constructor(private readonly options: PlacesOptions<Key>) {
    this.pauseOf = options.pauseOf ?? (() => 0);
  }

  /**
   * Calls `start` when it is this command's turn: in this call, when its places are free. What was started has to call
   * `leave` with the same places when it is done.
   *
   * @throws AppError OVERLOADED when too many of the same key wait.
   */
  enter(key: Key, start: Start, places = 1): void {
    let line = this.lines.get(key);
    if (line === undefined) {
      line = newLine(0);
      this.lines.set(key, line);
    }
    if (line.waiting.length >= this.options.maxWaiting)
      throw new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS });
    line.waiting.push({ start, places });
    this.goOn(key, line);
  }

  /** Takes a place that is free and that nobody waits for: what is done for each message costs as little as it can. */
  tryEnter(key: Key): boolean {
    const line = this.lines.get(key);
    if (line === undefined) this.lines.set(key, newLine(1));
    else if (line.waiting.length > 0 || line.taken >= this.options.places) return false;
    else line.taken++;
    return true;
  }

  leave(key: Key, places = 1): void {
    const line = this.lines.get(key)!;
    line.taken -= places;
    // In the next turn of the event loop: its answer has been counted by then, and others have been served.
    if (line.waiting.length > 0) setImmediate(() => this.goOn(key, line));
    else this.goOn(key, line);
  }

  private goOn(key: Key, line: Line): void {
    if (line.pause !== null || line.isGoing) return;
    line.isGoing = true;
    this.startNext(key, line);
    line.isGoing = false;
    const isEmpty = line.taken === 0 && line.waiting.length === 0;
    if (isEmpty && this.lines.get(key) === line) this.lines.delete(key);
  }

  /** Starts those whose turn it is, in the order of their arrival. */
  private startNext(key: Key, line: Line): void {
    const most = this.options.places;
    for (let next = line.waiting[0]; next && line.taken + next.places <= most; next = line.waiting[0]) {
      if (!this.mayStart(key, line)) return;
      line.waiting.shift();
      line.taken += next.places;
      // The places go on to the next one that still needs them.
      if (!next.start()) line.taken -= next.places;
      else if (line.pace === 'next alone') line.pace = 'alone';
    }
  }

  private mayStart(key: Key, line: Line): boolean {
    if (line.pace !== 'free' && line.taken > 0) return false;
    const pauseMs = this.pauseOf(key);
    if (pauseMs <= 0) {
      if (line.pace === 'alone') line.pace = 'free';
      return true;
    }
    line.pace = 'next alone';
    line.pause = setTimeout(() => {
      line.pause = null;
      this.goOn(key, line);
    }, pauseMs);
    return false;
  }

  /** Keys of which a command is there. */
  get size(): number {
    return this.lines.size;
  }
}
