import { statement } from '../database/statement.js';

interface Tried {
  webhookId: number;
  eventId: string;
  kind: string;
  nth: number;
  status: number | null;
  error: string | null;
  tookMs: number;
}

/** `$1` webhook, `$2` event, `$3` its kind, `$4` which try, `$5` status, `$6` error, `$7` milliseconds. */
export const noteTry = statement.count({
  name: 'webhooks.noteTry',
  text: `
    INSERT INTO webhook_tries ("webhookId", "eventId", kind, try, status, error, "tookMs")
    SELECT id, $2, $3, $4, $5, $6, $7 FROM webhooks WHERE id = $1`,
  values: ({ webhookId, eventId, kind, nth, status, error, tookMs }: Tried) => [
    webhookId,
    eventId,
    kind,
    nth,
    status,
    error,
    tookMs,
  ],
});

/** `$1` days, `$2` limit: removes tries that are older. */
export const removeOldTries = statement.count({
  name: 'webhooks.removeOldTries',
  text: `
    DELETE FROM webhook_tries WHERE id IN (
      SELECT id FROM webhook_tries WHERE at < clock_timestamp() - make_interval(days => $1)
      ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    )`,
  values: ({ days, most }: { days: number; most: number }) => [days, most],
});

/** `$1` days, `$2` limit: removes events that are dead for longer. */
export const removeOldDead = statement.count({
  name: 'webhooks.removeOldDead',
  text: `
    DELETE FROM webhook_parked WHERE id IN (
      SELECT id FROM webhook_parked WHERE "deadAt" < clock_timestamp() - make_interval(days => $1)
      ORDER BY "deadAt" LIMIT $2 FOR UPDATE SKIP LOCKED
    )`,
  values: ({ days, most }: { days: number; most: number }) => [days, most],
});
