import { NO_CHAT, noteDetails } from '../changes/note-change.js';
import type { StoredSecret } from '../database/models/webhook.model.js';
import { statement } from '../database/statement.js';
import type { Disabled } from './events.js';

/** A webhook, as those who send to it need it. */
export interface Endpoint {
  id: number;
  url: string;
  events: string[];
  secrets: StoredSecret[];
  status: 'on' | 'paused' | 'disabled';
  /** Probes in a row that failed, and for how many milliseconds; null: none did. */
  failures: number;
  failingMs: number | null;
  /** Whether it is time for the next probe. */
  isDue: boolean;
  /** The number of the lease under which it may be sent to. */
  leaseNo: number | null;
}

/** Until the transaction ends, nobody else adds a webhook: a count of them stays right. */
export const lockAdding = statement.count({
  name: 'webhooks.lockAdding',
  text: `SELECT pg_advisory_xact_lock(5005003011)`,
  values: () => [],
});

/** All of them: there are few. */
export const endpoints = statement.many({
  name: 'webhooks.all',
  text: `
    SELECT w.id, w.url, w.events, w.secrets, w.status, w.failures,
      (extract(epoch FROM clock_timestamp() - w."failingSince") * 1000)::bigint,
      COALESCE(w."nextTryAt" <= clock_timestamp(), true), s."leaseNo"
    FROM webhooks w LEFT JOIN LATERAL (SELECT * FROM sinks WHERE name = 'webhook:' || w.id LIMIT 1) s ON true
    ORDER BY w.id LIMIT 100`,
  values: (_: undefined) => [],
  row: ([id, url, events, secrets, status, failures, failingMs, isDue, leaseNo]: [
    number,
    string,
    string[],
    StoredSecret[],
    Endpoint['status'],
    number,
    number | null,
    boolean,
    number | null,
  ]): Endpoint => ({ id, url, events, secrets, status, failures, failingMs, isDue, leaseNo }),
});

/** `$1` webhook, `$2` milliseconds until the next probe, `$3` what went wrong: its receiver is down. */
export const pauseWebhook = statement.count({
  name: 'webhooks.pause',
  text: `
    UPDATE webhooks SET status = 'paused', failures = failures + 1, "lastError" = $3,
      "failingSince" = COALESCE("failingSince", clock_timestamp()),
      "nextTryAt" = clock_timestamp() + $2 * interval '1 millisecond'
    WHERE id = $1 AND status <> 'disabled'`,
  values: ({ id, ms, error }: { id: number; ms: number; error: string }) => [id, ms, error],
});

/** `$1` webhook: its receiver is there again. */
export const resumeWebhook = statement.count({
  name: 'webhooks.resume',
  text: `
    UPDATE webhooks SET status = 'on', failures = 0, "failingSince" = NULL, "nextTryAt" = NULL, "lastError" = NULL
    WHERE id = $1 AND status = 'paused'`,
  values: (id: number) => [id],
});

/** `$1` webhook, `$2` why: counts 1 when it was not disabled yet. */
export const disableWebhook = statement.count({
  name: 'webhooks.disable',
  text: `
    UPDATE webhooks SET status = 'disabled', "nextTryAt" = NULL, "lastError" = $2, "updatedAt" = clock_timestamp()
    WHERE id = $1 AND status <> 'disabled'`,
  values: ({ id, error }: { id: number; error: string | null }) => [id, error],
});

/** `$1` details: notes that a webhook was given up, for the others. In the transaction that has disabled it, afterwards. */
export const noteDisabled = statement.count({
  name: 'webhooks.noteDisabled',
  text: `
    SELECT ${noteDetails('webhookDisabled', {
      chat: String(NO_CHAT),
      version: `(extract(epoch FROM clock_timestamp()) * 1000)::bigint`,
      message: 'NULL',
      details: '$1::jsonb',
    })}`,
  values: (disabled: Disabled) => [JSON.stringify(disabled)],
});

/** `$1` webhook: counts 1 when it was not on. */
export const enableWebhook = statement.count({
  name: 'webhooks.enable',
  text: `
    UPDATE webhooks SET status = 'on', failures = 0, "failingSince" = NULL, "nextTryAt" = NULL, "lastError" = NULL,
      "updatedAt" = clock_timestamp()
    WHERE id = $1 AND status <> 'on'`,
  values: (id: number) => [id],
});

/** `$1` webhook or null for all: what its view says besides its own row. */
export const standings = statement.many({
  name: 'webhooks.standings',
  text: `
    SELECT w.id, s."skippedAt",
      (SELECT count(*) FROM webhook_parked p WHERE p."webhookId" = w.id AND p."deadAt" IS NULL),
      (SELECT count(*) FROM webhook_parked p WHERE p."webhookId" = w.id AND p."deadAt" IS NOT NULL)
    FROM webhooks w LEFT JOIN LATERAL (SELECT * FROM sinks WHERE name = 'webhook:' || w.id LIMIT 1) s ON true
    WHERE $1::bigint IS NULL OR w.id = $1 ORDER BY w.id LIMIT 100`,
  values: (id: number | null) => [id],
  row: ([id, skippedAt, parked, dead]: [number, string | null, number, number]) => ({
    id,
    skippedAt,
    parked,
    dead,
  }),
});
