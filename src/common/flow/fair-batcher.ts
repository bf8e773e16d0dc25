import { AppError } from '../../contract/index.js';
import { tooSlow } from '../errors/failure.js';

export interface FairBatcherOptions<Entry, Result> {
  /** Reads for a batch at once. Resolves with the results in the order of the entries. */
  read(batch: readonly Entry[]): Promise<readonly Result[]>;
  /** Most entries of a batch. */
  most: number;
  /** Most waiting entries of one asker. Above it: OVERLOADED. */
  mostOfOne: number;
  /** Most waiting entries of all askers together. Above it: OVERLOADED. */
  mostOfAll: number;
  /** Milliseconds after which an entry that still waits is given up: its caller has been answered by then. */
  patienceMs: number;
}

interface Waiting<Entry, Result> {
  entry: Entry;
  giveUpAt: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Milliseconds a caller should wait when a queue is full. */
const RETRY_AFTER_MS = 250;

/**
 * Collects reads into batches, of which one runs at a time, and shares the batches fairly: each asker has a queue, and
 * a batch takes one entry of each queue in turn. So somebody who asks for much waits for their own entries, and the
 * others wait for one batch at most for each entry. Entries of one asker keep their order.
 *
 * When no batch is under way an entry is read in the same turn of the event loop. All entries of a batch fail together.
 */
export class FairBatcher<Asker, Entry, Result> {
  /** In the order of their turns. A line is never empty. */
  private readonly lines = new Map<Asker, Waiting<Entry, Result>[]>();
  private waiting = 0;
  private busy = false;

  constructor(private readonly options: FairBatcherOptions<Entry, Result>) {}

  /**
   * Resolves with the results in the order of the entries.
   *
   * @throws AppError OVERLOADED when too many wait, then none of these is read; UNAVAILABLE when one waited too long;
   * else what `read` throws.
   */
  submit(asker: Asker, entries: readonly Entry[]): Promise<Result[]> {
    const line = this.lines.get(asker);
    const { mostOfOne, mostOfAll, patienceMs } = this.options;
    const own = (line?.length ?? 0) + entries.length;
    if (own > mostOfOne || this.waiting + entries.length > mostOfAll) {
      return Promise.reject(new AppError('OVERLOADED', { retryAfterMs: RETRY_AFTER_MS }));
    }
    const giveUpAt = performance.now() + patienceMs;
    const results = entries.map(
      (entry) =>
        new Promise<Result>((resolve, reject) => {
          this.enqueue(asker, { entry, giveUpAt, resolve, reject });
        }),
    );
    this.start();
    return Promise.all(results);
  }

  private enqueue(asker: Asker, one: Waiting<Entry, Result>): void {
    this.waiting++;
    const line = this.lines.get(asker);
    if (line) line.push(one);
    else this.lines.set(asker, [one]);
  }

  private start(): void {
    if (this.busy) return;
    this.busy = true;
    // After the I/O of this turn: requests that came together go together.
    setImmediate(() => void this.readAll());
  }

  private async readAll(): Promise<void> {
    for (let batch = this.cut(); batch.length > 0; batch = this.cut()) await this.readBatch(batch);
    this.busy = false;
  }

  /** One entry of each line in turn, until the batch is full or nothing waits. */
  private cut(): Waiting<Entry, Result>[] {
    const batch: Waiting<Entry, Result>[] = [];
    const now = performance.now();
    while (batch.length < this.options.most) {
      const [next] = this.lines;
      if (next === undefined) break;
      const [asker, line] = next;
      const one = line.shift()!;
      this.waiting--;
      // Behind the others.
      this.lines.delete(asker);
      if (line.length > 0) this.lines.set(asker, line);
      if (one.giveUpAt <= now) one.reject(tooSlow());
      else batch.push(one);
    }
    return batch;
  }

  private async readBatch(batch: readonly Waiting<Entry, Result>[]): Promise<void> {
    try {
      const results = await this.options.read(batch.map(({ entry }) => entry));
      for (const [index, one] of batch.entries()) one.resolve(results[index]!);
    } catch (error) {
      for (const one of batch) one.reject(error);
    }
  }
}
