import { texts } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import type { WebhookEvent } from './events.js';

/** A parked event. */
export interface Parked extends WebhookEvent {
  id: number;
  tries: number;
}

interface NewParked {
  webhookId: number;
  eventId: string;
  event: WebhookEvent;
  tries: number;
  /** Milliseconds until it is tried again; null: it waits for an earlier one of its chat. */
  waitMs: number | null;
  error: string | null;
}

/**
 * `$1` webhook, `$2` event, `$3` chat, `$4` kind, `$5` nr, `$6` message, `$7` details, `$8` when it happened, `$9` tries,
 * `$10` milliseconds or null, `$11` error: parks an event. Again it is the same.
 */
export const parkEvent = statement.count({
  name: 'webhooks.park',
  text: `
    INSERT INTO webhook_parked
      ("webhookId", "eventId", "chatId", kind, nr, "messageId", details, at, tries, "nextTryAt", "lastError")
    SELECT w.id, $2, $3, $4, $5, $6, $7::jsonb, $8::timestamptz, $9, clock_timestamp() + $10 * interval '1 millisecond',
      $11
    FROM webhooks w WHERE w.id = $1
    ON CONFLICT ("webhookId", "eventId") DO NOTHING`,
  values: ({ webhookId, eventId, event, tries, waitMs, error }: NewParked) => [
    webhookId,
    eventId,
    event.chatId,
    event.kind,
    event.nr,
    event.messageId,
    event.details === null ? null : JSON.stringify(event.details),
    event.at,
    tries,
    waitMs,
    error,
  ],
});

/** `$1` webhook: the chats that have events which are tried again. */
export const chatsWithParked = statement.many({
  name: 'webhooks.chatsWithParked',
  text: `SELECT DISTINCT "chatId" FROM webhook_parked WHERE "webhookId" = $1 AND "deadAt" IS NULL`,
  values: (webhookId: number) => [webhookId],
  row: ([chatId]: [number]) => chatId,
});

/** `$1` webhook, `$2` limit: how many events are tried again, or wait for those; not more than the limit. */
export const countParked = statement.one({
  name: 'webhooks.countParked',
  text: `
    SELECT count(*) FROM (
      SELECT 1 FROM webhook_parked WHERE "webhookId" = $1 AND "deadAt" IS NULL LIMIT $2
    ) p`,
  values: ({ webhookId, most }: { webhookId: number; most: number }) => [webhookId, most],
  row: ([count]: [number]) => count,
});

type ParkedCells = [
  id: number,
  kind: WebhookEvent['kind'],
  chatId: number,
  nr: number,
  messageId: number | null,
  details: Record<string, unknown> | null,
  at: string,
  tries: number,
];

const COLUMNS = `id, kind, "chatId", nr, "messageId", details, at, tries`;
const parkedRow = ([id, kind, chatId, nr, messageId, details, at, tries]: ParkedCells): Parked => ({
  id,
  kind,
  chatId,
  nr,
  messageId,
  details,
  at,
  tries,
});

/** `$1` webhook, `$2` limit: events whose time has come. */
export const dueEvents = statement.many({
  name: 'webhooks.due',
  text: `
    SELECT ${COLUMNS} FROM webhook_parked
    WHERE "webhookId" = $1 AND "nextTryAt" <= clock_timestamp() ORDER BY "nextTryAt", id LIMIT $2`,
  values: ({ webhookId, most }: { webhookId: number; most: number }) => [webhookId, most],
  row: parkedRow,
});

/** SQL: what comes next of the chat of a parked event, once that one has been settled (`gone`). */
const next = `
    UPDATE webhook_parked n SET "nextTryAt" = clock_timestamp()
    FROM gone g
    WHERE n.id = (
      SELECT o.id FROM webhook_parked o
      WHERE o."webhookId" = g."webhookId" AND o."chatId" = g."chatId" AND o."deadAt" IS NULL AND o.id <> g.id
      ORDER BY o.id LIMIT 1
    )
    RETURNING n.id, n.kind, n."chatId", n.nr, n."messageId", n.details, n.at, n.tries`;

/** `$1` parked event: it got through, or what it is about is gone. Returns the next one of its chat. */
export const settleParked = statement.oneOrNone({
  name: 'webhooks.settleParked',
  text: `WITH gone AS (DELETE FROM webhook_parked WHERE id = $1 RETURNING id, "webhookId", "chatId") ${next}`,
  values: (id: number) => [id],
  row: parkedRow,
});

/** `$1` parked event, `$2` error: it is not tried any more. Returns the next one of its chat. */
export const buryParked = statement.oneOrNone({
  name: 'webhooks.buryParked',
  text: `
    WITH gone AS (
      UPDATE webhook_parked SET "deadAt" = clock_timestamp(), "nextTryAt" = NULL, tries = tries + 1, "lastError" = $2
      WHERE id = $1 RETURNING id, "webhookId", "chatId"
    ) ${next}`,
  values: ({ id, error }: { id: number; error: string }) => [id, error],
  row: parkedRow,
});

/** `$1` parked event, `$2` milliseconds, `$3` error: it failed, and is tried again. */
export const delayParked = statement.count({
  name: 'webhooks.delayParked',
  text: `
    UPDATE webhook_parked SET tries = tries + 1, "lastError" = $3,
      "nextTryAt" = clock_timestamp() + $2 * interval '1 millisecond'
    WHERE id = $1`,
  values: ({ id, waitMs, error }: { id: number; waitMs: number; error: string }) => [id, waitMs, error],
});

/**
 * `$1` webhook, `$2` events or null for all, `$3` limit: dead events are tried again, and those that wait for their next try are
 * tried now. What waits behind another event of its chat follows that one.
 */
export const reviveEvents = statement.count({
  name: 'webhooks.revive',
  text: `
    UPDATE webhook_parked SET "deadAt" = NULL, tries = CASE WHEN "deadAt" IS NULL THEN tries ELSE 0 END,
      "nextTryAt" = clock_timestamp()
    WHERE id IN (
      SELECT id FROM webhook_parked
      WHERE "webhookId" = $1 AND ("deadAt" IS NOT NULL OR "nextTryAt" > clock_timestamp()) AND ($2::text[] IS NULL OR "eventId" = ANY($2::text[]))
      ORDER BY id LIMIT $3
    )`,
  values: ({ webhookId, eventIds, most }: { webhookId: number; eventIds: string[] | null; most: number }) => [
    webhookId,
    texts(eventIds),
    most,
  ],
});
