export interface SemaphoreOptions {
  /** Works that run side by side. */
  atOnce: number;
  /** Most that wait. Left out: any number. */
  maxWaiting?: number;
  /** Milliseconds that one waits at most. Left out: for as long as it takes. */
  patienceMs?: number;
  /** What those hear who are too many or have waited too long. */
  refusal?: () => Error;
}

interface Waiting {
  since: number;
  start(): void;
  refuse(error: Error): void;
}

/** Work that is done a few at a time, in the order it came. The queue is bounded where `maxWaiting` or `patienceMs` says so. */
export class Semaphore {
  private running = 0;
  private readonly waiting: Waiting[] = [];
  private readonly options: Required<SemaphoreOptions>;

  constructor(options: SemaphoreOptions) {
    this.options = {
      maxWaiting: Number.POSITIVE_INFINITY,
      patienceMs: Number.POSITIVE_INFINITY,
      refusal: () => new Error('Too much waits already'),
      ...options,
    };
  }

  /** Starts `work` in its turn. What is refused is never started. */
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
