import { AppError, type CommandOrder } from '../contract/index.js';

/** Maximum number of waiting commands of one socket. */
const MAX_WAITING = 1_000;

/** Milliseconds a client should wait when its socket has too many commands waiting. */
const RETRY_AFTER_MS = 500;

interface Waiting {
  order: CommandOrder;
  start(): void;
}

/**
 * Keeps the order of one socket's commands. Frames arrive in order and are handled concurrently, so a quick command
 * would overtake a slow one without it:
 *
 * - sends start at once and run concurrently, in the order of arrival (the message writer keeps that order);
 * - any other write waits for the writes before it, and delays the writes and reads after it;
 * - reads wait for the writes before them, and delay nothing.
 */
export class CommandLane {
  private sends = 0;
  private writing = false;
  private waiting: Waiting[] | null = null;

  /**
   * Calls `start` when it is this command's turn: in this call, when no earlier command blocks it. A started command
   * has to call `leave` when it is done.
   *
   * @throws AppError OVERLOADED when too many commands wait.
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
