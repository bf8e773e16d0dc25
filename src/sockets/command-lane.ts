import { AppError, type CommandOrder } from '../contract/index.js';

/** Most commands of one socket that wait for earlier ones. */
const MAX_WAITING = 1_000;

/** Milliseconds a client should wait when its socket has too many commands waiting. */
const RETRY_AFTER_MS = 500;

interface Waiting {
  order: CommandOrder;
  start(): void;
}

/**
 * The order of one socket's commands. Frames of a socket arrive in order and are handled side by side, so a
 * quick one would overtake a slow one:
 *
 * - sends start at once, side by side, in the order of arrival (the message writer keeps that order);
 * - any other write waits for the writes before it, and holds up the writes and reads after it;
 * - reads see the writes that came before them, and hold up nothing.
 */
export class CommandLane {
  private sends = 0;
  private writing = false;
  private waiting: Waiting[] | null = null;

  /**
   * Calls `start` in its turn; at once, in this call, when nothing stands before it. Whoever was started calls
   * `leave` when done.
   *
   * @throws AppError OVERLOADED when too many wait.
   */
  enter(order: CommandOrder, start: () => void): void {
    if (this.waiting === null && this.mayStart(order)) {
      this.begin(order);
      start();
      return;
    }
    this.waiting ??= [];
    if (this.waiting.length >= MAX_WAITING) {
      throw new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS });
    }
    this.waiting.push({ order, start });
  }

  leave(order: CommandOrder): void {
    if (order === 'read') return;
    if (order === 'send') this.sends--;
    else this.writing = false;
    while (this.waiting !== null) {
      const first = this.waiting[0]!;
      if (!this.mayStart(first.order)) return;
      this.waiting.shift();
      if (this.waiting.length === 0) this.waiting = null;
      this.begin(first.order);
      first.start();
    }
  }

  private mayStart(order: CommandOrder): boolean {
    return order === 'send' ? !this.writing : !this.writing && this.sends === 0;
  }

  private begin(order: CommandOrder): void {
    if (order === 'send') this.sends++;
    else if (order === 'write') this.writing = true;
  }
}
