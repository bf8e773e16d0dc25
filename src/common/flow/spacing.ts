/** How far apart the calls of a key are. */
export interface SpacingOptions {
  /** Milliseconds between two calls of the same key. */
  everyMs: number;
  /** The longest that a call waits, in milliseconds. */
  mostMs: number;
}

/** Milliseconds after which keys are forgotten that nobody waits for. */
const FORGET_EVERY_MS = 1_000;

/**
 * Calls of the same key one after the other, some time apart; those of different keys know nothing of each other. What
 * comes alone does not wait.
 */
export class Spacing<Key> {
  /** When the next call of a key may be, by performance.now(). */
  private readonly next = new Map<Key, number>();
  private forgetAt = 0;

  constructor(private readonly options: SpacingOptions) {}

  /** Calls `enter` in this turn or later. Returns false when it would wait for too long: then it is not called. */
  submit(key: Key, enter: () => void): boolean {
    const now = performance.now();
    this.forget(now);
    const at = Math.max(now, this.next.get(key) ?? 0);
    if (at - now > this.options.mostMs) return false;
    this.next.set(key, at + this.options.everyMs);
    if (at === now) enter();
    else setTimeout(enter, at - now).unref();
    return true;
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.next.size;
  }

  private forget(now: number): void {
    if (now < this.forgetAt) return;
    this.forgetAt = now + FORGET_EVERY_MS;
    for (const [key, at] of this.next) if (at <= now) this.next.delete(key);
  }
}
