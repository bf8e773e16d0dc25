import { texts } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import type { Position } from './position.js';
import { LAST_IDS } from './settled.queries.js';

/** A sink that this node reads for. */
export interface Lease extends Position {
  name: string;
  leaseNo: number;
  /** Whether it was past the last ids, and begins there now. */
  wasPast: boolean;
}

/** `$1` name: a sink that begins at the present. */
export const addSink = statement.count({
  name: 'changes.addSink',
  text: `INSERT INTO sinks (name, "messageId", "outboxId") SELECT $1, ${LAST_IDS}`,
  values: (name: string) => [name],
});

/** `$1` name: a sink that begins at the present, unless it is there. */
export const ensureSink = statement.count({
  name: 'changes.ensureSink',
  text: `INSERT INTO sinks (name, "messageId", "outboxId") SELECT $1, ${LAST_IDS} ON CONFLICT DO NOTHING`,
  values: (name: string) => [name],
});

/** `$1` name: moves a sink to the present. Whoever reads for it notices that their lease is over. */
export const moveSinkToNow = statement.count({
  name: 'changes.moveSinkToNow',
  text: `
    UPDATE sinks SET ("messageId", "outboxId") = (SELECT ${LAST_IDS}), "leaseNo" = "leaseNo" + 1, "leasedUntil" = NULL
    WHERE name = $1`,
  values: (name: string) => [name],
});

/** `$1` name: removes it if no node reads for it. */
export const removeIdleSink = statement.count({
  name: 'changes.removeIdleSink',
  text: `DELETE FROM sinks WHERE name = $1 AND ("leasedUntil" IS NULL OR "leasedUntil" < clock_timestamp())`,
  values: (name: string) => [name],
});

/** `$1` name. */
export const removeSink = statement.count({
  name: 'changes.removeSink',
  text: `DELETE FROM sinks WHERE name = $1`,
  values: (name: string) => [name],
});

/**
 * `$1` node, `$2` milliseconds, `$3` limit, `$4` what their names begin with: leases sinks that no node reads for, and returns
 * them. One that is past the last ids begins there: the database was restored from a backup.
 */
export const leaseSinks = statement.many({
  name: 'changes.leaseSinks',
  text: `
    WITH free AS MATERIALIZED (
      SELECT name, "messageId" AS message, "outboxId" AS row FROM sinks
      WHERE ("leasedUntil" IS NULL OR "leasedUntil" < clock_timestamp()) AND split_part(name, ':', 1) = ANY($4::text[])
      ORDER BY name LIMIT $3 FOR UPDATE SKIP LOCKED
    ), due AS (
      SELECT f.*, l.*, (f.message, f.row) > (l.m, l.o) AS past FROM free f, (SELECT ${LAST_IDS}) AS l(m, o)
    )
    UPDATE sinks s SET "leasedBy" = $1::uuid, "leasedUntil" = clock_timestamp() + $2 * interval '1 millisecond',
      "leaseNo" = s."leaseNo" + 1,
      "messageId" = CASE WHEN d.past THEN d.m ELSE d.message END,
      "outboxId" = CASE WHEN d.past THEN d.o ELSE d.row END
    FROM due d WHERE s.name = d.name
    RETURNING s.name, s."messageId", s."outboxId", s."leaseNo", d.past`,
  values: ({
    node,
    ms,
    most,
    works,
  }: {
    node: string;
    ms: number;
    most: number;
    works: readonly string[];
  }) => [node, ms, most, texts(works)],
  row: ([name, messageId, outboxId, leaseNo, wasPast]: [string, number, number, number, boolean]): Lease => ({
    name,
    messageId,
    outboxId,
    leaseNo,
    wasPast,
  }),
});

/**
 * `$1` name, `$2` number of the lease, `$3` milliseconds, `$4` message, `$5` row of the outbox: saves how far it is and
 * prolongs the lease, or ends it at 0 milliseconds. Counts no row when another node has it, or there is no such sink any more.
 */
export const saveSink = statement.count({
  name: 'changes.saveSink',
  text: `
    UPDATE sinks SET "messageId" = $4, "outboxId" = $5,
      "leasedUntil" = clock_timestamp() + NULLIF($3, 0) * interval '1 millisecond'
    WHERE name = $1 AND "leaseNo" = $2`,
  values: ({ name, leaseNo, ms, messageId, outboxId }: Omit<Lease, 'wasPast'> & { ms: number }) => [
    name,
    leaseNo,
    ms,
    messageId,
    outboxId,
  ],
});

/**
 * Of each kind of sink for how many seconds the oldest thing waits that is not done, in the sink that is furthest behind. One
 * that was disabled is left out: nobody works it off.
 */
export const sinkLags = statement.many({
  name: 'changes.sinkLags',
  text: `
    SELECT split_part(s.name, ':', 1),
      GREATEST(0, extract(epoch FROM clock_timestamp() - min(LEAST(m."createdAt", o.at))))::float8
    FROM sinks s
    LEFT JOIN LATERAL (SELECT "createdAt" FROM messages WHERE id > s."messageId" ORDER BY id LIMIT 1) m ON true
    LEFT JOIN LATERAL (
      SELECT at FROM outbox WHERE ("afterMessageId", id) > (s."messageId", s."outboxId")
      ORDER BY "afterMessageId", id LIMIT 1
    ) o ON true
    WHERE NOT EXISTS (
      SELECT 1 FROM webhooks w WHERE s.name = 'webhook:' || w.id AND w.status = 'disabled'
    )
    GROUP BY 1 LIMIT 100`,
  values: (_: undefined) => [],
  row: ([kind, seconds]: [string, number | null]): [string, number] => [kind, seconds ?? 0],
});
