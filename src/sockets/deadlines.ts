import type { Call } from './call.js';
import type { Connection } from './connection.js';
import { tooSlow } from '../common/errors/failure.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';

const SWEEP_EVERY_MS = 100;

/** Answered calls at the head of the queue after which it is moved up. */
const MOVED_UP_AFTER = 512;

/**
 * Answers UNAVAILABLE to calls that nothing has answered in time. All calls have the same bound, so a queue in
 * order of arrival and one sweep serve instead of a timer each.
 *
 * What is answered is let go with the next arrival, and the array stays the same: kept for longer, or in an array that
 * is thrown away when it is old, it would cost the garbage collector as much as all else of the call.
 */
export class Deadlines {
  private readonly queue: (Call | undefined)[] = [];
  private head = 0;
  private readonly timer = setInterval(() => this.sweep(performance.now()), SWEEP_EVERY_MS).unref();

  add(call: Call): void {
    this.letGo();
    this.queue.push(call);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Connections that wait for an answer. */
  waiting(): Set<Connection> {
    return new Set(this.unanswered().map((call) => call.connection));
  }

  /** Calls that are not answered yet. */
  get pending(): number {
    return this.unanswered().length;
  }

  private unanswered(): Call[] {
    return this.queue.filter((call) => call !== undefined && !call.answered) as Call[];
  }

  private sweep(now: number): void {
    for (this.letGo(); this.head < this.queue.length; this.letGo()) {
      const first = this.queue[this.head]!;
      if (first.since + ANSWER_WITHIN_MS > now) return;
      first.fail(tooSlow());
    }
  }

  /** Of the calls at the head, those that are answered. */
  private letGo(): void {
    const { queue } = this;
    while (this.head < queue.length && queue[this.head]!.answered) queue[this.head++] = undefined;
    if (this.head < MOVED_UP_AFTER || this.head * 2 < queue.length) return;
    queue.copyWithin(0, this.head);
    queue.length -= this.head;
    this.head = 0;
  }
}
