import type { Rate } from '../../config/rate.js';
import type { RateLimiter } from './rate-limiter.js';

/**
 * A counter that all nodes share: the part of rate-limiter-flexible's limiters that is used here. `penalty` adds points
 * and returns what all nodes have taken in the current window.
 */
export interface SharedCounter {
  penalty(key: string | number, points: number): Promise<{ consumedPoints: number; msBeforeNext: number }>;
}

/** Makes the shared counter of one limit. */
export type CounterOf = (name: string, rate: Rate) => SharedCounter;

/** Milliseconds between two reports of a node. */
const REPORT_EVERY_MS = 250;

/** A node reports what a key has taken only from this part of a limit on: most users are never reported. */
const REPORT_FROM = 1 / 8;

/** Maximum number of keys of one limit that a node counts before a report; beyond it, the count starts again. */
const MAX_KEYS = 50_000;

interface Unreported {
  readonly rate: Rate;
  readonly counter: SharedCounter;
  points: Map<string | number, number>;
  since: number;
}

/**
 * Limits across nodes, without a request to others on the path of a message: each node admits by its own limiter,
 * reports to the shared counters afterwards what it has admitted, and closes its own limiter for keys that took too
 * much from all nodes together. A user at `n` nodes gets at most `n / 8` of a limit on top, and what they send within a
 * quarter of a second. While the counters can't be reached each node uses its own limiter only.
 */
export class SharedUsage<Name extends string> {
  private readonly unreported = new Map<Name, Unreported>();
  private readonly timer = setInterval(() => this.report(), REPORT_EVERY_MS).unref();

  constructor(
    private readonly limiter: RateLimiter<Name>,
    rates: Readonly<Record<Name, Rate>>,
    counterOf: CounterOf,
    prefix: string,
  ) {
    for (const [name, rate] of Object.entries<Rate>(rates)) {
      const counter = counterOf(`${prefix}:${name}`, rate);
      this.unreported.set(name as Name, { rate, counter, points: new Map(), since: performance.now() });
    }
  }

  /** Counts what this node has just admitted. */
  took(key: string | number, name: Name, points: number): void {
    const unreported = this.unreported.get(name)!;
    unreported.points.set(key, (unreported.points.get(key) ?? 0) + points);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private report(): void {
    const now = performance.now();
    for (const [name, unreported] of this.unreported) {
      const { rate, counter, points } = unreported;
      for (const [key, taken] of points) {
        if (taken < rate.points * REPORT_FROM) continue;
        points.delete(key);
        void this.reportOne(name, rate, counter, key, taken);
      }
      if (now - unreported.since > rate.durationMs || points.size > MAX_KEYS) {
        unreported.points = new Map();
        unreported.since = now;
      }
    }
  }

  private async reportOne(
    name: Name,
    rate: Rate,
    counter: SharedCounter,
    key: string | number,
    taken: number,
  ): Promise<void> {
    try {
      const { consumedPoints, msBeforeNext } = await counter.penalty(key, Math.ceil(taken));
      if (consumedPoints >= rate.points) this.limiter.close(key, name, msBeforeNext);
    } catch {
      // The counters are away: this node uses its own limiter only.
    }
  }
}
