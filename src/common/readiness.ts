import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { type Check, Health } from './health.js';
import { Lifecycle } from './lifecycle.js';
import { version } from './version.js';

/** What `/health/ready` answers. */
export interface Readiness {
  /** `degraded`: it works, with less than full function. `draining`: send it no new work. */
  status: 'ready' | 'degraded' | 'draining' | 'not ready';
  /** The version in package.json. */
  version: string;
  /** `up` means that it can be written to. Else what is wrong: `down`, `read-only`, `disk full` or `no slots`. */
  database: string;
  /** Left out when Redis is not configured. */
  redis?: 'up' | 'down';
  /** The parts that are down, if any. */
  degraded?: string[];
}

/** What `/health/live` answers. */
export const ALIVE = { status: 'alive', version } as const;

/** Milliseconds for which the result of a check is used again for clients that ask too often. */
const GOOD_FOR_MS = 250;

/** Milliseconds after which nobody goes by the result of a check any more. */
const STALE_AFTER_MS = 2_000;

/** Milliseconds that one who connects waits for a check. */
const PATIENCE_MS = 250;

/** Whether this node can do its work. */
@Injectable()
export class ReadinessCheck {
  private last: { check: Check; at: number } | null = null;

  constructor(
    private readonly health: Health,
    private readonly lifecycle: Lifecycle,
  ) {}

  /** Checks all parts now. */
  async now(): Promise<Readiness> {
    const check = await this.health.check();
    this.last = { check, at: performance.now() };
    return this.viewOf(check);
  }

  /**
   * The result of the last check, without waiting for anything; null before the first. If it is older than
   * `GOOD_FOR_MS`, the next check begins, so whoever asks on and on sees one that is hardly older than that.
   */
  recent(): Readiness | null {
    if (this.last === null) return null;
    if (performance.now() - this.last.at > GOOD_FOR_MS) void this.now();
    return this.viewOf(this.last.check);
  }

  /**
   * Whether this node can do its work, for those who ask at each connection: mostly known without waiting, as in
   * `recent`. Where the last check is too long ago, they wait a little for a new one, and go by the last if that is late.
   */
  async canWork(): Promise<boolean> {
    const { last } = this;
    if (last !== null && performance.now() - last.at < STALE_AFTER_MS)
      return this.recent()?.status !== 'not ready';
    const known = last === null || last.check.ready;
    const late = pause(PATIENCE_MS, known, { ref: false });
    return Promise.race([this.now().then(({ status }) => status !== 'not ready'), late]);
  }

  private viewOf({ ready, parts, down, words }: Check): Readiness {
    const well = down.length > 0 ? 'degraded' : 'ready';
    return {
      status: this.lifecycle.isDraining ? 'draining' : ready ? well : 'not ready',
      version,
      database: words.database ?? 'down',
      ...(parts.includes('redis') ? { redis: down.includes('redis') ? 'down' : 'up' } : {}),
      ...(down.length > 0 ? { degraded: down } : {}),
    };
  }
}

/** 200: it can do its work, degraded or not; 503: it can't, or is draining. */
export function statusOf({ status }: Readiness): 200 | 503 {
  return status === 'ready' || status === 'degraded' ? 200 : 503;
}
