import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import { tooSlow } from '../common/errors/failure.js';
import type { Call } from './call.js';

const SWEEP_EVERY_MS = 100;

/** Calls that are answered in one turn of the event loop: of thousands that wait, others are served in between. */
const ANSWERED_AT_ONCE = 32;

/** Number of answered calls at the head of the queue after which it is compacted. */
const COMPACT_AFTER = 512;

/**
 * Answers UNAVAILABLE to calls that are not answered in time. All calls have the same deadline, so one queue in order
 * of arrival and one sweep replace a timer for each call.
 *
 * Answered calls leave the queue with the next arrival, and the array is reused. Keeping them longer, or in an array
 * that is replaced when it is old, would cost the garbage collector as much as everything else of a call.
 */
export class Deadlines {
  private readonly queue: (Call | undefined)[] = [];
  private head = 0;
  private readonly timer = setInterval(() => this.sweep(performance.now()), SWEEP_EVERY_MS).unref();

  add(call: Call): void {
    this.removeAnswered();
    this.queue.push(call);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Calls that wait for an answer. */
  unanswered(): Call[] {
    return this.queue.filter((call) => call !== undefined && !call.answered) as Call[];
  }

  private sweep(now: number): void {
    this.removeAnswered();
    for (let left = ANSWERED_AT_ONCE; this.head < this.queue.length; this.removeAnswered()) {
      const first = this.queue[this.head]!;
      if (first.since + ANSWER_WITHIN_MS > now) return;
      if (left-- === 0) {
        setImmediate(() => this.sweep(now));
        return;
      }
      first.fail(tooSlow());
    }
  }

  /** Removes the answered calls at the head. */
  private removeAnswered(): void {
    const { queue } = this;
    while (this.head < queue.length && queue[this.head]!.answered) queue[this.head++] = undefined;
    if (this.head < COMPACT_AFTER || this.head * 2 < queue.length) return;
    queue.copyWithin(0, this.head);
    queue.length -= this.head;
    this.head = 0;
  }
}
