import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from '../common/metrics/histogram.js';
import { Metrics } from '../common/metrics/metrics.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { Outbound, type OutboundAnswer } from '../outbound/outbound.js';
import { retryAfterOf } from '../outbound/retry-after.js';
import { signedHeaders } from '../outbound/signed-headers.js';
import { unseal } from './secrets.js';
import { noteTry } from './tries.queries.js';
import type { Endpoint } from './webhooks.queries.js';

/**
 * How a try went. `refused`: the receiver is there and did not take this event. `down`: it is not there, or takes nothing.
 * `gone`: it wants nothing any more.
 */
export interface Outcome {
  kind: 'ok' | 'refused' | 'down' | 'gone';
  status: number | null;
  error: string | null;
  tookMs: number;
  retryAfterMs: number;
}

interface Delivery {
  id: string;
  kind: string;
  body: object;
}

/** Sends single events: real ones and tests alike. */
@Injectable()
export class Deliveries {
  private readonly counters: Record<Outcome['kind'], Counter>;
  private readonly dead: Counter;

  constructor(
    private readonly database: Database,
    private readonly outbound: Outbound,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    metrics: Metrics,
  ) {
    const count = (outcome: string) =>
      metrics.counter('chat_webhook_tries_total', 'Tries to send an event to a webhook', { outcome });
    this.dead = metrics.counter('chat_webhook_dead_total', 'Events of webhooks that are not tried any more');
    this.counters = { ok: count('ok'), refused: count('refused'), down: count('down'), gone: count('gone') };
  }

  /** An event was refused for the last time. */
  countDead(): void {
    this.dead.add(1);
  }

  /** Never throws for what the receiver does. `nth`: which try of this event it is, from 1. */
  async send(
    { id: webhookId, url, secrets }: Pick<Endpoint, 'id' | 'url' | 'secrets'>,
    { id, kind, body }: Delivery,
    nth: number,
  ): Promise<Outcome> {
    const began = performance.now();
    const outcome = await this.post(url, secrets, id, Buffer.from(JSON.stringify(body))).catch(failed);
    const { status, error } = outcome;
    const tookMs = Math.round(performance.now() - began);
    this.counters[outcome.kind].add(1);
    if (error !== null || this.config.webhooks.logAll) {
      // What was sent counts, whether it stands in the log or not.
      await noteTry(this.database, { webhookId, eventId: id, kind, nth, status, error, tookMs }).catch(
        () => 0,
      );
    }
    return { ...outcome, tookMs };
  }

  private async post(
    url: string,
    secrets: Endpoint['secrets'],
    id: string,
    body: Buffer,
  ): Promise<Omit<Outcome, 'tookMs'>> {
    const { key, timeoutMs } = this.config.webhooks;
    const now = Date.now();
    const valid = secrets.filter(({ until }) => until === null || Date.parse(until) > now);
    const headers = signedHeaders(
      valid.map(({ secret }) => unseal(secret, key)),
      { id, seconds: Math.floor(now / 1_000), body },
    );
    return answered(await this.outbound.post({ url, headers, body, timeoutMs }));
  }
}

function answered({ status, headers }: OutboundAnswer): Omit<Outcome, 'tookMs'> {
  const retryAfterMs = retryAfterOf(headers['retry-after']);
  if (status >= 200 && status < 300) return { kind: 'ok', status, error: null, retryAfterMs: 0 };
  const error = `HTTP ${status}`;
  if (status === 410) return { kind: 'gone', status, error, retryAfterMs: 0 };
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return { kind: isRefusal ? 'refused' : 'down', status, error, retryAfterMs };
}

/** Only the code: texts of errors may name what they are about. */
function failed(error: unknown): Omit<Outcome, 'tookMs'> {
  const { code } = error as { code?: unknown };
  return {
    kind: 'down',
    status: null,
    error: typeof code === 'string' ? code : 'EFAILED',
    retryAfterMs: 0,
  };
}
