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
  private waiting: Waiting[] = [];

  /**
   * Runs `work` in its turn; at once, in the same call, when nothing stands before it.
   *
   * @throws AppError OVERLOADED when too many wait.
   */
  run<T>(order: CommandOrder, work: () => T | Promise<T>): Promise<T> {
    if (this.waiting.length === 0 && this.mayStart(order)) return this.start(order, work);
    if (this.waiting.length >= MAX_WAITING) {
      return Promise.reject(new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS }));
    }
    return new Promise<T>((resolve, reject) => {
      this.waiting.push({ order, start: () => void this.start(order, work).then(resolve, reject) });
    });
  }

  private mayStart(order: CommandOrder): boolean {
    return order === 'send' ? !this.writing : !this.writing && this.sends === 0;
  }

  private async start<T>(order: CommandOrder, work: () => T | Promise<T>): Promise<T> {
    if (order === 'read') return work();
    if (order === 'send') this.sends++;
    else this.writing = true;
    try {
      return await work();
    } finally {
      if (order === 'send') this.sends--;
      else this.writing = false;
      this.next();
    }
  }

  private next(): void {
    for (let first = this.waiting[0]; first && this.mayStart(first.order); first = this.waiting[0]) {
      this.waiting.shift();
      first.start();
    }
  }
}
