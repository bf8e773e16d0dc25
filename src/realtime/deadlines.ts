import type { Call } from './call.js';
import type { Connection } from './connection.js';
import { tooSlow } from '../database/failure.js';

/** Every command is answered within this many milliseconds of its arrival. */
export const ANSWER_WITHIN_MS = 4_000;

const SWEEP_EVERY_MS = 100;

interface Pending {
  call: Call;
  due: number;
}

/**
 * Answers UNAVAILABLE to calls that nothing has answered in time. All calls have the same bound, so a queue in
 * order of arrival and one sweep serve instead of a timer each.
 */
export class Deadlines {
  private queue: Pending[] = [];
  private head = 0;
  private readonly timer = setInterval(() => this.sweep(performance.now()), SWEEP_EVERY_MS).unref();

  add(call: Call): void {
    this.queue.push({ call, due: call.since + ANSWER_WITHIN_MS });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Connections that wait for an answer. */
  waiting(): Set<Connection> {
    const waiting = new Set<Connection>();
    for (let i = this.head; i < this.queue.length; i++) {
      const { call } = this.queue[i]!;
      if (!call.answered) waiting.add(call.connection);
    }
    return waiting;
  }

  /** Calls that are not answered yet. */
  get pending(): number {
    let count = 0;
    for (let i = this.head; i < this.queue.length; i++) if (!this.queue[i]!.call.answered) count++;
    return count;
  }

  private sweep(now: number): void {
    while (this.head < this.queue.length) {
      const first = this.queue[this.head]!;
      if (!first.call.answered) {
        if (first.due > now) break;
        first.call.fail(tooSlow());
      }
      this.head++;
    }
    if (this.head > 0) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
  }
}
