/** What came of somebody in a window. */
export interface Gathered {
  userId: number;
  /** Whether others believe them online; whoever tells them otherwise sets it. */
  believed: boolean;
  /** Whether they became visible or invisible in it. */
  unveiled: boolean;
}

export interface ChangeWindowOptions {
  /** Milliseconds between the starts of two windows. */
  windowMs: number;
  /** Milliseconds after which what could not be told is tried again. */
  retryMs: number;
  /** Most people told of at once. */
  most: number;
  /** Tells what is so now, where that differs from what is believed. When it throws it is called again, later. */
  tell(batch: readonly Gathered[]): Promise<void>;
}

/**
 * Gathers changes of presence: the first is told at once, those that follow it together when the window is over.
 * Somebody who went and came back inside a window has one entry, and nothing differs from what is believed.
 *
 * One `tell` runs at a time, so one person's changes are told in their order.
 */
export class ChangeWindow {
  private readonly waiting = new Map<number, Gathered>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<boolean> | null = null;
  private stopped = false;
  private notBefore = 0;

  constructor(private readonly options: ChangeWindowOptions) {}

  /** `believed` is how they looked until this change, if all earlier ones have been told. */
  add(userId: number, believed: boolean, unveiled = false): void {
    const known = this.waiting.get(userId);
    if (known) known.unveiled ||= unveiled;
    else this.waiting.set(userId, { userId, believed, unveiled });
    this.schedule();
  }

  /** Tells what waits, and what comes meanwhile, without a pause; resolves when it is told, or can't be now. */
  async flush(): Promise<void> {
    let told = true;
    while (told && (this.running || this.waiting.size > 0)) told = await (this.running ?? this.start());
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

  /** False: some could not be told. */
  private async run(): Promise<boolean> {
    this.notBefore = performance.now() + this.options.windowMs;
    // Who comes meanwhile is behind them in the map.
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

  /** What changed while these were told is compared with what is believed of them now. */
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
