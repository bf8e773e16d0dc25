import { AppError } from '../contract/index.js';
import { tooSlow } from './failure.js';

export interface GroupCommitOptions<Entry, Result> {
  /** Writes a batch in one transaction; the outcome of each entry in the order of the entries. */
  write(batch: readonly Entry[]): Promise<Outcome<Result>[]>;
  /** Most entries of a batch. */
  maxBatch: number;
  /** Most entries that wait. Past it: OVERLOADED. */
  maxWaiting: number;
  /** Milliseconds after which an entry that still waits is given up: its caller has been answered by then. */
  patienceMs: number;
}

/** What became of one entry: an entry fails alone. */
export type Outcome<Result> = { ok: true; result: Result } | { ok: false; error: unknown };

interface Waiting<Entry, Result> {
  entry: Entry;
  giveUpAt: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Milliseconds a caller should wait when the queue is full. */
const RETRY_AFTER_MS = 250;

/**
 * Group commit at the application: what arrives while a commit is under way goes into the next one together.
 *
 * One batch is in flight at a time, so entries commit in the order of `submit`. When nothing is under way an
 * entry goes in the same turn of the event loop: gathering adds no wait. An entry that waited past its
 * patience is dropped unwritten.
 */
export class GroupCommit<Entry, Result> {
  private waiting: Waiting<Entry, Result>[] = [];
  private busy = false;
  private idle: (() => void)[] = [];

  constructor(private readonly options: GroupCommitOptions<Entry, Result>) {}

  /** Entries that wait for the next batch. */
  get depth(): number {
    return this.waiting.length;
  }

  /**
   * @throws AppError OVERLOADED when too many wait; UNAVAILABLE when it waited too long; else what the
   * entry's outcome says.
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

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    if (!this.busy) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private start(): void {
    if (this.busy) return;
    this.busy = true;
    // After the I/O of this turn: frames that came together go together.
    setImmediate(() => void this.run());
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.cut();
      if (batch.length > 0) await this.writeBatch(batch);
    }
    this.busy = false;
    for (const resolve of this.idle.splice(0)) resolve();
  }

  private cut(): Waiting<Entry, Result>[] {
    const { maxBatch } = this.options;
    const cut = this.waiting.length <= maxBatch ? this.waiting : this.waiting.slice(0, maxBatch);
    this.waiting = cut === this.waiting ? [] : this.waiting.slice(maxBatch);
    const now = performance.now();
    if (cut.every((one) => one.giveUpAt > now)) return cut;
    for (const one of cut) if (one.giveUpAt <= now) one.reject(tooSlow());
    return cut.filter((one) => one.giveUpAt > now);
  }

  private async writeBatch(batch: Waiting<Entry, Result>[]): Promise<void> {
    try {
      const outcomes = await this.options.write(batch.map((one) => one.entry));
      for (let i = 0; i < batch.length; i++) {
        const one = batch[i]!;
        const outcome = outcomes[i];
        if (outcome === undefined) one.reject(new Error('The batch has no outcome for this entry'));
        else if (outcome.ok) one.resolve(outcome.result);
        else one.reject(outcome.error);
      }
    } catch (error) {
      for (const one of batch) one.reject(error);
    }
  }
}
