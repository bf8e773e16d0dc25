export interface PacerOptions {
  /** Milliseconds between two goes. */
  everyMs: number;
  /** Most that are let in at one go; one, when the go itself came late: the process has enough to do. */
  most: number;
  /** A go that comes so many milliseconds late is late. Left out: none ever is. */
  lateMs?: number;
  /** Most that wait. Left out: any number. */
  maxWaiting?: number;
}

/**
 * Lets through at a bounded rate what comes by the thousand. People who connect or are cut off cost as much each as
 * many messages, and taken in one go they would hold up everybody who is there; statements for each of them would take all
 * connections of the database. When it is quiet nothing waits.
 */
export class Pacer {
  private waiting: (() => void)[] = [];
  private first = 0;
  private timer: NodeJS.Timeout | null = null;
  /** Let in since the last go, and when that was. */
  private taken = 0;
  private lastGo = 0;

  private readonly options: Required<PacerOptions>;

  constructor(options: PacerOptions) {
    this.options = { lateMs: Number.POSITIVE_INFINITY, maxWaiting: Number.POSITIVE_INFINITY, ...options };
  }

  /** Calls `enter` in this turn or later, in the order of the calls. False: too many wait, it will not be called. */
  submit(enter: () => void): boolean {
    const { everyMs, most, maxWaiting } = this.options;
    if (!this.timer) {
      const now = performance.now();
      if (now - this.lastGo >= everyMs) {
        this.lastGo = now;
        this.taken = 0;
      }
      if (this.taken < most) {
        this.taken++;
        enter();
        return true;
      }
      this.schedule();
    }
    if (this.waiting.length - this.first >= maxWaiting) return false;
    this.waiting.push(enter);
    return true;
  }

  /** Resolves when it is this caller's turn to go; for a pacer at which any number may wait. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.submit(resolve));
  }

  /** Lets nobody in who waits. */
  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.waiting = [];
    this.first = 0;
  }

  private schedule(): void {
    const due = Math.max(this.lastGo + this.options.everyMs, performance.now());
    this.timer = setTimeout(() => this.go(due), due - performance.now());
  }

  private go(due: number): void {
    const now = performance.now();
    this.timer = null;
    this.lastGo = now;
    this.taken = now - due > this.options.lateMs ? this.options.most - 1 : 0;
    // What comes in the same turn stands behind those who wait.
    const batch = this.waiting.slice(this.first, this.first + this.options.most - this.taken);
    this.first += batch.length;
    this.taken += batch.length;
    if (this.first === this.waiting.length) {
      this.waiting = [];
      this.first = 0;
    } else this.schedule();
    for (const enter of batch) enter();
  }
}
