export interface SemaphoreOptions {
  /** Number of tasks that run at the same time. */
  atOnce: number;
  /** Maximum number of waiting tasks. Left out: any number. */
  maxWaiting?: number;
  /** Maximum milliseconds that a task waits. Left out: for as long as it takes. */
  patienceMs?: number;
  /** The error of a task when too many wait, or when it has waited too long. */
  refusal?: () => Error;
}

interface Waiting {
  since: number;
  start(): void;
  refuse(error: Error): void;
}

/** Runs tasks a few at a time, in the order of arrival. `maxWaiting` or `patienceMs` bounds the queue. */
export class Semaphore {
  private running = 0;
  private readonly waiting: Waiting[] = [];
  private readonly options: Required<SemaphoreOptions>;

  constructor(options: SemaphoreOptions) {
    this.options = {
      maxWaiting: Number.POSITIVE_INFINITY,
      patienceMs: Number.POSITIVE_INFINITY,
      refusal: () => new Error('Too many tasks are waiting: try again later'),
      ...options,
    };
  }

  /** Starts `work` when it is its turn. Refused work is never started. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.turn();
    try {
      return await work();
    } finally {
      this.running--;
      this.next();
    }
  }

  private turn(): Promise<void> {
    const { atOnce, maxWaiting, refusal } = this.options;
    return new Promise((resolve, reject) => {
      if (this.running < atOnce) {
        this.running++;
        resolve();
      } else if (this.waiting.length < maxWaiting) {
        this.waiting.push({ since: performance.now(), start: resolve, refuse: reject });
      } else reject(refusal());
    });
  }

  private next(): void {
    for (;;) {
      const first = this.waiting.shift();
      if (!first) return;
      if (performance.now() - first.since <= this.options.patienceMs) {
        this.running++;
        first.start();
        return;
      }
      first.refuse(this.options.refusal());
    }
  }
}
