import type { Rate } from '../../config/rate.js';
import type { RateLimiter } from './rate-limiter.js';

/**
 * The buckets of one limit that all nodes share. `take` takes points whether they are free or not, and returns the
 * milliseconds until all points of the key are free again.
 */
export interface SharedBuckets {
  take(key: string | number, points: number): Promise<number>;
}

/** Makes the shared buckets of one limit. */
export type BucketsOf = (name: string, rate: Rate) => SharedBuckets;

/** A node reports what a key has taken from this part of a limit on: most users are never reported. */
const REPORT_FROM = 1 / 8;

/** Maximum number of keys of one limit that a node counts before a report; beyond it, a new period begins. */
const MAX_KEYS = 50_000;

interface Unreported {
  readonly rate: Rate;
  readonly buckets: SharedBuckets;
  /** What is not reported, of this period and of keys that have taken nothing since the one before. */
  points: Map<string | number, number>;
  before: Map<string | number, number>;
  since: number;
}

/**
 * Limits across nodes, without a request to others on the path of a message: each node admits by its own limiter, and
 * reports what it has admitted to a shared bucket afterwards, at once whenever it is an eighth of the limit. Then its
 * own bucket is as empty as the shared one. So a user at `n` nodes has one budget: `n / 8` of a limit may not be
 * reported yet, and what several nodes admitted in the same moment has to be refilled before more is admitted. While the
 * shared buckets can't be reached each node uses its own limiter only.
 */
export class SharedUsage<Name extends string> {
  private readonly unreported = new Map<Name, Unreported>();

  constructor(
    private readonly limiter: RateLimiter<Name>,
    rates: Readonly<Record<Name, Rate>>,
    bucketsOf: BucketsOf,
    prefix: string,
  ) {
    for (const [name, rate] of Object.entries<Rate>(rates)) {
      const buckets = bucketsOf(`${prefix}:${name}`, rate);
      this.unreported.set(name as Name, { rate, buckets, points: new Map(), before: new Map(), since: 0 });
    }
  }

  /** Counts what this node has just admitted. */
  took(key: string | number, name: Name, points: number, now: number): void {
    const unreported = this.unreported.get(name)!;
    if (now - unreported.since > unreported.rate.durationMs || unreported.points.size > MAX_KEYS) {
      unreported.before = unreported.points;
      unreported.points = new Map();
      unreported.since = now;
    }
    const taken = (unreported.points.get(key) ?? unreported.before.get(key) ?? 0) + points;
    if (taken < unreported.rate.points * REPORT_FROM) {
      unreported.points.set(key, taken);
      return;
    }
    unreported.points.set(key, 0);
    void this.report(name, unreported.buckets, key, taken);
  }

  private async report(
    name: Name,
    buckets: SharedBuckets,
    key: string | number,
    points: number,
  ): Promise<void> {
    try {
      this.limiter.raise(key, name, await buckets.take(key, points));
    } catch {
      // The shared buckets are away: this node uses its own limiter only.
    }
  }
}
