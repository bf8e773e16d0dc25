import type { IncomingMessage } from 'node:http';
import type { Limits } from '../commands/limits/limits.js';
import { RateLimiter } from '../commands/limits/rate-limiter.js';
import type { Refusal } from '../common/http/refusals.js';
import { ALIVE, type ReadinessCheck, statusOf } from '../common/readiness.js';
import { parseRate } from '../config/rate.js';

/**
 * Health checks of one address that are answered by a check of their own. Those of a proxy, an orchestrator and a
 * monitor together stay far below.
 */
const OWN_CHECKS = parseRate('300/10s');

const HEADERS = ['Content-Type', 'application/json; charset=utf-8'];

const PATH = /^\/health(?:\/live|\/ready)?\/?(?:\?|$)/;

/** Whether it is answered although its address has used up its limits, and during a stop. */
export function isHealthCheck({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): boolean {
  return (method === 'GET' || method === 'HEAD') && PATH.test(url);
}

/**
 * Health checks are never refused, because a node that seems dead is restarted. Beyond `OWN_CHECKS` the answer is the
 * result of the last check, without Nest.
 */
export class HealthChecks {
  private readonly limiter = new RateLimiter({ own: OWN_CHECKS });
  private readonly alive: Refusal = { status: 200, headers: HEADERS, body: JSON.stringify(ALIVE) };

  constructor(
    private readonly limits: Limits,
    private readonly readiness: ReadinessCheck,
  ) {}

  /** The answer to a health check; null: Nest answers it. */
  judge(request: IncomingMessage): Refusal | null {
    if (!this.limits.on || this.limiter.take(this.limits.addressOf(request), 'own') === 0) return null;
    if (request.url?.startsWith('/health/live')) return this.alive;
    const readiness = this.readiness.recent();
    if (readiness === null) return null;
    return { status: statusOf(readiness), headers: HEADERS, body: JSON.stringify(readiness) };
  }
}
