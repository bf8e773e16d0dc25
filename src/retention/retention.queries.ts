import { noteChange } from '../changes/note-change.js';
import { chatColumns, chatRow } from '../database/models/chat.model.js';
import { mentionsIn } from '../messages/send/send.queries.js';
import { statement } from '../database/statement.js';

const noted = noteChange('chatUpdated', { chat: 'c.id', version: 'c.version' });

/** SQL: days for which the chat's messages are kept, null: for ever. `$1` are those of the server, 0: for ever. */
const daysOf = (chat: string) => `LEAST(NULLIF($1::int, 0), ${chat}."retentionDays")`;

/**
 * `$1` days or 0, `$2` chat, `$3` how many: looks through the chats after that one for those whose oldest message is too
 * old. The last row says after which to go on, null at the end.
 */
export const dueChats = statement.many({
  name: 'retention.dueChats',
  text: `
    WITH page AS MATERIALIZED (
      SELECT id, "purgedSeq", ${daysOf('c')} AS days FROM chats c WHERE id > $2 ORDER BY id LIMIT $3
    )
    SELECT p.id, NULL::bigint FROM page p CROSS JOIN LATERAL (
      SELECT m."createdAt" FROM messages m WHERE m."chatId" = p.id AND m.seq > p."purgedSeq" ORDER BY m.seq LIMIT 1
    ) m
    WHERE p.days IS NOT NULL AND m."createdAt" < clock_timestamp() - make_interval(days => p.days)
    UNION ALL
    SELECT NULL, CASE WHEN count(*) = $3 THEN max(id) END FROM page`,
  values: ({ days, after, most }: { days: number; after: number; most: number }) => [days, after, most],
  row: ([chatId, next]: [number | null, number | null]) => ({ chatId, next }),
});

/**
 * `$1` days or 0, `$2` a chat that is locked, `$3` limit: the seq up to which its messages are too old, at most so many of
 * them, and whether there are others. No row: none is.
 */
export const dueUpTo = statement.oneOrNone({
  name: 'retention.dueUpTo',
  text: `
    SELECT max(x.seq) FILTER (WHERE x.nr <= $3), bool_or(x.nr > $3) FROM (
      SELECT o.seq, o.nr, bool_and(o.old) OVER (ORDER BY o.seq) AS due FROM (
        SELECT m.seq, row_number() OVER (ORDER BY m.seq) AS nr,
          m."createdAt" < clock_timestamp() - make_interval(days => ${daysOf('c')}) AS old
        FROM chats c CROSS JOIN LATERAL (
          SELECT seq, "createdAt" FROM messages
          WHERE "chatId" = c.id AND seq > c."purgedSeq" ORDER BY seq LIMIT $3::int + 1
        ) m
        WHERE c.id = $2
      ) o
    ) x
    WHERE x.due HAVING count(*) > 0`,
  values: ({ days, chatId, most }: { days: number; chatId: number; most: number }) => [days, chatId, most],
  row: ([upTo, more]: [number, boolean]) => ({ upTo, more }),
});

/**
 * `$1` a chat that is locked against marks as well (`awaitUnreadMarks`), `$2` seq: the messages up to it are about to go.
 * They count as unread for nobody: the watermarks of those who have not read them move there, with the messages in between
 * that do not count (docs/adr/0025). Returns these members.
 */
export const countAsRead = statement.many({
  name: 'retention.countAsRead',
  text: `
    WITH late AS MATERIALIZED (
      SELECT m."userId", m."unreadSeq" FROM chat_members m
      WHERE m."chatId" = $1 AND m."unreadSeq" < $2 ORDER BY m."userId" FOR NO KEY UPDATE OF m
    ), gone AS MATERIALIZED (
      SELECT seq, "senderId", quiet FROM messages
      WHERE "chatId" = $1 AND seq > (SELECT min("unreadSeq") FROM late) AND seq <= $2
    ), places AS (
      SELECT p."unreadSeq", (SELECT count(*) FROM gone g WHERE g.quiet AND g.seq > p."unreadSeq") AS quiet
      FROM (SELECT DISTINCT "unreadSeq" FROM late) p
    ), own AS (
      SELECT l."userId", count(*) AS own FROM late l
      JOIN gone g ON g."senderId" = l."userId" AND g.seq > l."unreadSeq" AND NOT g.quiet GROUP BY l."userId"
    )
    UPDATE chat_members m SET "unreadSeq" = $2, "sentBefore" = m."sentBefore" + p.quiet + COALESCE(o.own, 0)
    FROM late l JOIN places p ON p."unreadSeq" = l."unreadSeq" LEFT JOIN own o ON o."userId" = l."userId"
    WHERE m."chatId" = $1 AND m."userId" = l."userId"
    RETURNING m."userId"`,
  values: ({ chatId, upTo }: { chatId: number; upTo: number }) => [chatId, upTo],
  row: ([userId]: [number]) => userId,
});

/**
 * `$1` a chat that is locked, `$2` seq: removes its messages up to it, with their mentions, and what reports have copied of
 * them. Returns how many.
 */
export const purgeUpTo = statement.one({
  name: 'retention.purgeUpTo',
  text: `
    WITH gone AS (
      DELETE FROM messages m USING chats c
      WHERE c.id = $1 AND m."chatId" = $1 AND m.seq > c."purgedSeq" AND m.seq <= $2
      RETURNING m.id, m.seq, m.metadata
    ), mentions AS (
      DELETE FROM message_mentions d USING (
        SELECT seq, ${mentionsIn('metadata')} AS person FROM gone WHERE metadata IS NOT NULL
      ) g
      WHERE d."chatId" = $1 AND d.seq = g.seq AND d."userId" = g.person
    ), reports AS (
      UPDATE message_reports SET content = '', metadata = NULL, edits = '[]' WHERE "messageId" IN (SELECT id FROM gone)
    )
    SELECT count(*) FROM gone`,
  values: ({ chatId, upTo }: { chatId: number; upTo: number }) => [chatId, upTo],
  row: ([purged]: [number]) => purged,
});

/** `$1` chat, `$2` seq up to which it was purged, `$3` whether it is told, as a change of the chat: the chat after it. */
export const setPurged = statement.one({
  name: 'retention.setPurged',
  text: `
    UPDATE chats c SET "purgedSeq" = $2, version = c.version + CASE WHEN $3::boolean THEN 1 ELSE 0 END
    WHERE c.id = $1
    RETURNING ${chatColumns.of('c')}, CASE WHEN $3::boolean THEN ${noted} END`,
  values: ({ chatId, upTo, told }: { chatId: number; upTo: number; told: boolean }) => [chatId, upTo, told],
  row: chatRow,
});

/** `$1` chat, `$2` days or null: the chat after it; no row when it had them already. */
export const setRetentionDays = statement.oneOrNone({
  name: 'retention.setDays',
  text: `
    UPDATE chats c SET "retentionDays" = $2, version = c.version + 1
    WHERE c.id = $1 AND c."retentionDays" IS DISTINCT FROM $2::int
    RETURNING ${chatColumns.of('c')}, ${noted}`,
  values: ({ chatId, days }: { chatId: number; days: number | null }) => [chatId, days],
  row: chatRow,
});
