import type { Rate } from '../../config/rate.js';

/** Maximum number of keys of one generation; there are two. A key takes about 270 bytes. */
const MAX_KEYS = 50_000;

/** For each rate the time at which all its points are free again. Milliseconds. */
type Taken = number[];

/** A rate, and its place in a limiter. */
interface Bucket {
  readonly slot: number;
  readonly rate: Rate;
  readonly most: number;
  readonly durationMs: number;
  readonly msPerPoint: number;
}

/** The state of a key at one rate. */
export interface LimitStatus {
  readonly rate: Rate;
  /** Whole points that could be taken now. */
  readonly remaining: number;
  /** Milliseconds until all points are free again. */
  readonly resetMs: number;
}

/**
 * What users or addresses have taken of some rates, in the memory of this process. Each rate is a bucket that holds its
 * points and is refilled evenly (GCRA: one number per key and rate, no timer).
 *
 * Keys are kept in two generations. A generation lasts as long as the longest of the rates, so a key that was not used
 * for a whole one has all its points again and is forgotten without a check. Beyond `maxKeys` keys a generation ends
 * early, and the oldest keys start again: memory stays bounded, however many keys there are.
 */
export class RateLimiter<Name extends string> {
  private current = new Map<string | number, Taken>();
  private previous = new Map<string | number, Taken>();
  private generationBegan: number;
  private readonly buckets = {} as Record<Name, Bucket>;
  private readonly slots: number;
  private readonly longestMs: number;

  constructor(
    rates: Readonly<Record<Name, Rate>>,
    private readonly clock: () => number = () => performance.now(),
    private readonly maxKeys = MAX_KEYS,
  ) {
    const all = Object.entries<Rate>(rates);
    for (const [slot, [name, rate]] of all.entries()) {
      const msPerPoint = rate.durationMs / rate.points;
      this.buckets[name as Name] = { slot, rate, most: rate.points, durationMs: rate.durationMs, msPerPoint };
    }
    this.slots = all.length;
    this.longestMs = Math.max(...all.map(([, rate]) => rate.durationMs));
    this.generationBegan = this.clock();
  }

  /**
   * Takes points if they are free. More points than the rate has count as all of them.
   *
   * @returns 0 when they were taken, else the milliseconds until they are free; then nothing was taken.
   */
  take(key: string | number, name: Name, points = 1, now = this.clock()): number {
    const { slot, most, durationMs, msPerPoint } = this.buckets[name];
    const taken = this.takenOf(key, now);
    const free = Math.max(taken[slot]!, now) + Math.min(points, most) * msPerPoint;
    // A sum of fractions may be slightly above the true value.
    const wait = free - now - durationMs;
    if (wait > 1e-6) return wait;
    taken[slot] = free;
    return 0;
  }

  /** All points of a rate. */
  mostOf(name: Name): number {
    return this.buckets[name].most;
  }

  /** Gives points back that were taken and not used. */
  giveBack(key: string | number, name: Name, points: number): void {
    const { slot, msPerPoint } = this.buckets[name];
    this.takenOf(key, this.clock())[slot]! -= points * msPerPoint;
  }

  /** Takes points whether they are free or not: until they are refilled, no others are free. */
  charge(key: string | number, name: Name, points: number, now = this.clock()): void {
    const { slot, msPerPoint } = this.buckets[name];
    const taken = this.takenOf(key, now);
    taken[slot] = Math.max(taken[slot]!, now) + points * msPerPoint;
  }

  /** All points are free in `ms` milliseconds at the earliest. */
  raise(key: string | number, name: Name, ms: number): void {
    const now = this.clock();
    const taken = this.takenOf(key, now);
    const { slot } = this.buckets[name];
    taken[slot] = Math.max(taken[slot]!, now + ms);
  }

  status(key: string | number, name: Name): LimitStatus {
    const now = this.clock();
    const { slot, rate } = this.buckets[name];
    const resetMs = Math.max(0, (this.known(key)?.[slot] ?? now) - now);
    const share = 1 - resetMs / rate.durationMs;
    return { rate, remaining: Math.max(0, Math.floor(rate.points * share + 1e-6)), resetMs };
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.current.size + this.previous.size;
  }

  private known(key: string | number): Taken | undefined {
    return this.current.get(key) ?? this.previous.get(key);
  }

  private takenOf(key: string | number, now: number): Taken {
    const own = this.current.get(key);
    if (own !== undefined && now - this.generationBegan < this.longestMs) return own;
    if (now - this.generationBegan >= this.longestMs || this.current.size >= this.maxKeys) {
      this.previous = this.current;
      this.current = new Map();
      this.generationBegan = now;
    }
    let taken = this.known(key);
    if (taken === undefined) {
      taken = [];
      // Fractions from the start: the array keeps plain doubles.
      for (let slot = 0; slot < this.slots; slot++) taken.push(-0.5);
    }
    this.previous.delete(key);
    this.current.set(key, taken);
    return taken;
  }
}
