import { AppError } from '../../contract/index.js';
import { tooSlow } from '../errors/failure.js';

export interface BatcherOptions<Entry, Result> {
  /** Writes a batch in one transaction. Resolves with the outcomes in the order of the entries. */
  write(batch: readonly Entry[]): Promise<(Outcome<Result> | Later<Result>)[]>;
  /**
   * Size of a batch: all waiting entries, up to `some`; of more than that one half, so that one half is answered while
   * the other is written; never more than `most`.
   */
  batch: { some: number; most: number };
  /** Maximum number of waiting entries. Above it: OVERLOADED. */
  maxWaiting: number;
  /** Milliseconds after which an entry that still waits is given up: its caller has been answered by then. */
  patienceMs: number;
  /** Called when the callers of a batch have their answers, and have continued as far as they can without waiting. */
  answered?: () => void;
}

/** The outcome of one entry: an entry fails alone. */
export type Outcome<Result> = { ok: true; result: Result } | { ok: false; error: unknown };

/** An entry that goes on by itself, so that the rest of its batch is answered before it. */
export interface Later<Result> {
  later: Promise<Result>;
}

interface Waiting<Entry, Result> {
  entry: Entry;
  giveUpAt: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Milliseconds a caller should wait when the queue is full. */
const RETRY_AFTER_MS = 250;

/**
 * Group commit in the application: entries that arrive during a commit go into the next one together.
 *
 * One batch is in flight at a time, so entries commit in the order of `submit`. When no batch is in flight an entry is
 * written in the same turn of the event loop: gathering adds no delay. An entry that waited for longer than
 * `patienceMs` is dropped unwritten.
 */
export class Batcher<Entry, Result> {
  private waiting: Waiting<Entry, Result>[] = [];
  private busy = false;
  /** Batches that are written and whose callers are not answered yet. */
  private settling = 0;
  private idle: (() => void)[] = [];

  constructor(private readonly options: BatcherOptions<Entry, Result>) {}

  /** Entries that wait for the next batch. */
  get depth(): number {
    return this.waiting.length;
  }

  /**
   * @throws AppError OVERLOADED when too many wait; UNAVAILABLE when it waited too long; else the error of the entry's
   * outcome.
   */
  submit(entry: Entry): Promise<Result> {
    if (this.waiting.length >= this.options.maxWaiting) {
      return Promise.reject(new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS }));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ entry, giveUpAt: performance.now() + this.options.patienceMs, resolve, reject });
      this.start();
    });
  }

  /** Writes entries before all that wait, whose turn it was before. They are given up at this time. */
  resume(entries: readonly Entry[], giveUpAt: (entry: Entry) => number): Promise<Result>[] {
    const first: Waiting<Entry, Result>[] = [];
    const results = entries.map(
      (entry) =>
        new Promise<Result>((resolve, reject) => {
          first.push({ entry, giveUpAt: giveUpAt(entry), resolve, reject });
        }),
    );
    this.waiting = [...first, ...this.waiting];
    this.start();
    return results;
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    if (!this.busy && this.settling === 0) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private start(): void {
    if (this.busy) return;
    this.busy = true;
    // After the I/O of this turn: frames that came together go together.
    setImmediate(() => this.next());
  }

  private next(): void {
    const batch = this.cut();
    if (batch.length === 0) {
      this.busy = false;
      this.rest();
      return;
    }
    void this.writeBatch(batch).then((settle) => {
      this.settling++;
      // The next batch is on its way to the database before the callers of this one are answered.
      this.next();
      setImmediate(() => {
        settle();
        this.settling--;
        this.rest();
        this.tellAnswered();
      });
    });
  }

  /** All microtasks that follow the answers, however deep, run before the next tick. */
  private tellAnswered(): void {
    const { answered } = this.options;
    if (answered) queueMicrotask(() => process.nextTick(answered));
  }

  /** Resolves `drained` when nothing is left. */
  private rest(): void {
    if (this.busy || this.settling > 0) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  private cut(): Waiting<Entry, Result>[] {
    const { some, most } = this.options.batch;
    const size = Math.min(most, Math.max(some, Math.ceil(this.waiting.length / 2)));
    const cut = this.waiting.length <= size ? this.waiting : this.waiting.slice(0, size);
    this.waiting = cut === this.waiting ? [] : this.waiting.slice(size);
    const now = performance.now();
    if (cut.every((one) => one.giveUpAt > now)) return cut;
    for (const one of cut) if (one.giveUpAt <= now) one.reject(tooSlow());
    const live = cut.filter((one) => one.giveUpAt > now);
    return live.length > 0 || this.waiting.length === 0 ? live : this.cut();
  }

  /** Resolves with the function that answers the callers of the batch. Never rejects. */
  private async writeBatch(batch: Waiting<Entry, Result>[]): Promise<() => void> {
    try {
      const outcomes = await this.options.write(batch.map((one) => one.entry));
      return () => batch.forEach((one, i) => settleOne(one, outcomes[i]));
    } catch (error) {
      return () => {
        for (const one of batch) one.reject(error);
      };
    }
  }
}

function settleOne<Entry, Result>(
  one: Waiting<Entry, Result>,
  outcome: Outcome<Result> | Later<Result> | undefined,
): void {
  if (outcome === undefined) one.reject(new Error('The batch has no outcome for this entry'));
  else if ('later' in outcome)
    void outcome.later.then(
      (result) => one.resolve(result),
      (error: unknown) => one.reject(error),
    );
  else if (outcome.ok) one.resolve(outcome.result);
  else one.reject(outcome.error);
}
