import type { Rate } from '../../config/rate.js';
import type { RateLimiter } from './rate-limiter.js';

/**
 * A count that all nodes share: what of rate-limiter-flexible's limiters is used here. `penalty` adds points and tells
 * what is taken of the window that is running, by all.
 */
export interface SharedCounter {
  penalty(key: string | number, points: number): Promise<{ consumedPoints: number; msBeforeNext: number }>;
}

/** The shared count of one limit. */
export type CounterOf = (name: string, rate: Rate) => SharedCounter;

/** How often a node tells the others, in milliseconds. */
const TELL_EVERY_MS = 250;

/** A node keeps to itself what somebody took of it until it is this part of a limit: most people are never told of. */
const TOLD_FROM = 1 / 8;

/** Most people of one limit that a node keeps count of before it tells; beyond, the count begins anew. */
const MAX_KEYS = 50_000;

interface Untold {
  readonly rate: Rate;
  readonly counter: SharedCounter;
  points: Map<string | number, number>;
  since: number;
}

/**
 * Limits across nodes, without asking anybody on the path of a message: each node admits by its own limiter, tells the
 * shared counters afterwards what it has admitted, and closes its own limiter for whoever took too much of them all.
 * Somebody at `n` nodes gets at most `n / 8` of a limit on top, and what they send within a quarter of a second. While
 * the counters can't be reached each node goes by its own limiter.
 */
export class SharedUsage<Name extends string> {
  private readonly untold = new Map<Name, Untold>();
  private readonly timer = setInterval(() => this.tell(), TELL_EVERY_MS).unref();

  constructor(
    private readonly limiter: RateLimiter<Name>,
    rates: Readonly<Record<Name, Rate>>,
    counterOf: CounterOf,
    prefix: string,
  ) {
    for (const [name, rate] of Object.entries<Rate>(rates)) {
      const counter = counterOf(`${prefix}:${name}`, rate);
      this.untold.set(name as Name, { rate, counter, points: new Map(), since: performance.now() });
    }
  }

  /** What this node has just admitted. */
  took(key: string | number, name: Name, points: number): void {
    const untold = this.untold.get(name)!;
    untold.points.set(key, (untold.points.get(key) ?? 0) + points);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private tell(): void {
    const now = performance.now();
    for (const [name, untold] of this.untold) {
      const { rate, counter, points } = untold;
      for (const [key, taken] of points) {
        if (taken < rate.points * TOLD_FROM) continue;
        points.delete(key);
        void this.tellOne(name, rate, counter, key, taken);
      }
      if (now - untold.since > rate.durationMs || points.size > MAX_KEYS) {
        untold.points = new Map();
        untold.since = now;
      }
    }
  }

  private async tellOne(
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
      // The counters are away: this node goes by its own limiter.
    }
  }
}
