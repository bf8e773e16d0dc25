export interface PacerOptions {
  /** Milliseconds between two rounds. */
  everyMs: number;
  /**
   * Maximum number of calls that may start per round; only one when the round starts late, because then the process is
   * busy.
   */
  most: number;
  /** A round that starts this many milliseconds late is late. Left out: none ever is. */
  lateMs?: number;
  /** Maximum number of waiting calls. Left out: any number. */
  maxWaiting?: number;
}

/**
 * Bounds the rate of work of which thousands can come at once. A user who connects or is disconnected costs as much as
 * many messages: thousands handled at once would delay everybody who is connected, and their statements would take all
 * connections of the database. When only a few come, they do not wait.
 */
export class Pacer {
  private waiting: (() => void)[] = [];
  private first = 0;
  private timer: NodeJS.Timeout | null = null;
  /** Calls started since the last round, and the time of that round. */
  private taken = 0;
  private lastRound = 0;

  private readonly options: Required<PacerOptions>;

  constructor(options: PacerOptions) {
    this.options = { lateMs: Number.POSITIVE_INFINITY, maxWaiting: Number.POSITIVE_INFINITY, ...options };
  }

  /**
   * Calls `enter` in this turn or later, in the order of the calls. Returns false when too many wait: then it is not
   * called.
   */
  submit(enter: () => void): boolean {
    const { everyMs, most, maxWaiting } = this.options;
    if (!this.timer) {
      const now = performance.now();
      if (now - this.lastRound >= everyMs) {
        this.lastRound = now;
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

  /** Resolves when it is this caller's turn; only for a pacer without `maxWaiting`. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.submit(resolve));
  }

  /** Drops the waiting calls. */
  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.waiting = [];
    this.first = 0;
  }

  private schedule(): void {
    const due = Math.max(this.lastRound + this.options.everyMs, performance.now());
    this.timer = setTimeout(() => this.startRound(due), due - performance.now());
  }

  private startRound(due: number): void {
    const now = performance.now();
    this.timer = null;
    this.lastRound = now;
    this.taken = now - due > this.options.lateMs ? this.options.most - 1 : 0;
    // Calls that come in the same turn queue behind the waiting ones.
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
