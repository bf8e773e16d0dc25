/** The changes of one user in a window. */
export interface Gathered {
  userId: number;
  /** The state that others know: online or not. `tell` sets it when it announces another one. */
  believed: boolean;
  /** Whether the user changed their visibility in the window. */
  unveiled: boolean;
}

export interface ChangeWindowOptions {
  /** Milliseconds between the starts of two windows. */
  windowMs: number;
  /** Milliseconds until a failed announcement is tried again. */
  retryMs: number;
  /** Most users in one call of `tell`. */
  most: number;
  /** Announces the current state where it differs from `believed`. If it throws, it is called again after `retryMs`. */
  tell(batch: readonly Gathered[]): Promise<void>;
}

/**
 * Gathers presence changes: the first is announced at once, those that follow together when the window is over.
 * A user who leaves and returns inside a window has one entry, and nothing to announce.
 *
 * One `tell` runs at a time, so one user's changes are announced in order.
 */
export class ChangeWindow {
  private readonly waiting = new Map<number, Gathered>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<boolean> | null = null;
  private stopped = false;
  private notBefore = 0;

  constructor(private readonly options: ChangeWindowOptions) {}

  /** `believed` is the state before this change, assuming that all earlier changes are announced. */
  add(userId: number, believed: boolean, unveiled = false): void {
    const known = this.waiting.get(userId);
    if (known) known.unveiled ||= unveiled;
    else this.waiting.set(userId, { userId, believed, unveiled });
    this.schedule();
  }

  /**
   * Announces what waits, and what arrives meanwhile, without a pause. Resolves when done, or when an attempt fails.
   */
  async flush(): Promise<void> {
    let ok = true;
    while (ok && (this.running || this.waiting.size > 0)) ok = await (this.running ?? this.start());
  }

  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    this.waiting.clear();
  }

  private schedule(): void {
    if (this.timer || this.running || this.stopped || this.waiting.size === 0) return;
    const delay = Math.max(0, this.notBefore - performance.now());
    this.timer = setTimeout(() => void this.start(), delay).unref();
  }

  private start(): Promise<boolean> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    return (this.running = this.run().finally(() => {
      this.running = null;
      this.schedule();
    }));
  }

  /** False when an announcement failed. */
  private async run(): Promise<boolean> {
    this.notBefore = performance.now() + this.options.windowMs;
    // Changes that arrive meanwhile are at the end of the map.
    for (let left = this.waiting.size; left > 0 && !this.stopped;) {
      const batch = this.take(Math.min(left, this.options.most));
      left -= batch.length;
      try {
        await this.options.tell(batch);
        this.correct(batch);
      } catch {
        this.putBack(batch);
        this.notBefore = performance.now() + this.options.retryMs;
        return false;
      }
    }
    return true;
  }

  private take(count: number): Gathered[] {
    const batch: Gathered[] = [];
    for (const [userId, gathered] of this.waiting) {
      if (batch.length === count) break;
      batch.push(gathered);
      this.waiting.delete(userId);
    }
    return batch;
  }

  /** A change that arrived during the announcement is compared with what was announced. */
  private correct(batch: readonly Gathered[]): void {
    for (const { userId, believed } of batch) {
      const later = this.waiting.get(userId);
      if (later) later.believed = believed;
    }
  }

  private putBack(batch: readonly Gathered[]): void {
    for (const gathered of batch) {
      gathered.unveiled ||= this.waiting.get(gathered.userId)?.unveiled ?? false;
      this.waiting.set(gathered.userId, gathered);
    }
  }
}
