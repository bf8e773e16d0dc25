import { statement } from '../database/statement.js';
import type { NotedKind } from './note-change.js';
import type { Position } from './position.js';

/** Something that happened in a chat. */
export interface Change {
  kind: 'newMessage' | NotedKind;
  chatId: number;
  /** Of a sent message its seq, of other changes the version of the chat. */
  nr: number;
  messageId: number | null;
  details: Record<string, unknown> | null;
  at: string;
  /** The place in the log after it. */
  position: Position;
}

type Cells = [
  kind: Change['kind'],
  chatId: number,
  nr: number,
  messageId: number | null,
  details: Record<string, unknown> | null,
  at: string,
  afterMessageId: number,
  outboxId: number,
];

/**
 * `$1`, `$2` the place after which it begins, `$3`, `$4` that up to which all is settled, `$5` limit of messages and of other
 * changes: what happened, in order.
 */
export const changesBetween = statement.many({
  name: 'changes.between',
  text: `
    WITH sent AS MATERIALIZED (
      SELECT id, "chatId", seq, "createdAt" FROM messages WHERE id > $1 AND id <= $3 ORDER BY id LIMIT $5::int
    ), noted AS MATERIALIZED (
      SELECT * FROM outbox
      WHERE ("afterMessageId", id) > ($1, $2) AND ("afterMessageId", id) <= ($3, $4)
      ORDER BY "afterMessageId", id LIMIT $5::int
    )
    SELECT 'newMessage', "chatId", seq, id, NULL, "createdAt", id, 0 FROM sent
    UNION ALL
    SELECT kind, "chatId", version, "messageId", details, at, "afterMessageId", id FROM noted
    ORDER BY 7, 8`,
  values: ({ after, upTo, most }: { after: Position; upTo: Position; most: number }) => [
    after.messageId,
    after.outboxId,
    upTo.messageId,
    upTo.outboxId,
    most,
  ],
  row: ([kind, chatId, nr, messageId, details, at, afterMessageId, outboxId]: Cells): Change => ({
    kind,
    chatId,
    nr,
    messageId,
    details,
    at,
    position: { messageId: afterMessageId, outboxId },
  }),
});

/** `$1` limit: removes noted changes that all sinks have read. */
export const removeRead = statement.count({
  name: 'changes.removeRead',
  text: `
    WITH furthest AS MATERIALIZED (
      SELECT "messageId" AS message, "outboxId" AS row FROM sinks ORDER BY "messageId", "outboxId" LIMIT 1
    )
    DELETE FROM outbox WHERE ("afterMessageId", id) IN (
      SELECT "afterMessageId", id FROM outbox
      WHERE ("afterMessageId", id) <= (
        COALESCE((SELECT message FROM furthest), 9223372036854775807), COALESCE((SELECT row FROM furthest), 0)
      )
      ORDER BY "afterMessageId", id LIMIT $1 FOR UPDATE SKIP LOCKED
    )`,
  values: (most: number) => [most],
});

/**
 * `$1` days, `$2` limit: removes noted changes that are older, and moves the sinks that have not read them past them: what
 * those miss is a whole stretch of the log. Returns the names of these.
 */
export const removeOld = statement.many({
  name: 'changes.removeOld',
  text: `
    WITH gone AS (
      DELETE FROM outbox WHERE ("afterMessageId", id) IN (
        SELECT "afterMessageId", id FROM (
          SELECT "afterMessageId", id, at FROM outbox ORDER BY "afterMessageId", id LIMIT $2
        ) o WHERE o.at < clock_timestamp() - make_interval(days => $1)
      ) RETURNING "afterMessageId", id
    ), last AS (
      SELECT "afterMessageId", id FROM gone ORDER BY 1 DESC, 2 DESC LIMIT 1
    )
    UPDATE sinks s SET "messageId" = l."afterMessageId", "outboxId" = l.id, "leaseNo" = s."leaseNo" + 1,
      "leasedUntil" = NULL, "skippedAt" = clock_timestamp()
    FROM last l WHERE (s."messageId", s."outboxId") < (l."afterMessageId", l.id)
    RETURNING s.name`,
  values: ({ days, most }: { days: number; most: number }) => [days, most],
  row: ([name]: [string]) => name,
});
