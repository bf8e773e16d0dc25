import { noteChange } from '../changes/note-change.js';
import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import { mentionsIn } from '../messages/send/send.queries.js';

/** A message of the person, in its chat. */
export interface Own {
  id: number;
  chatId: number;
  key: string;
}

/**
 * `$1` user, `$2` the key after which the page begins or null, `$3` limit: their messages by key, which every message of
 * a user has.
 */
export const messagesOf = statement.many({
  name: 'erasure.messagesOf',
  text: `
    SELECT id, "chatId", "clientId" FROM messages
    WHERE "senderId" = $1 AND "clientId" IS NOT NULL AND "clientId" > COALESCE($2::text, '')
    ORDER BY "clientId" LIMIT $3`,
  values: ({ userId, after, most }: { userId: number; after: string | null; most: number }) => [
    userId,
    after,
    most,
  ],
  row: ([id, chatId, key]: [number, number, string]): Own => ({ id, chatId, key }),
});

const inChat = ({ chatId, ids }: { chatId: number; ids: readonly number[] }) => [chatId, bigints(ids)];

/**
 * `$1` a chat that is locked, `$2` messages of it, before they are emptied: they no longer count for the members who have
 * not read them. Returns these. As `uncount` does it for one message.
 */
export const uncountAll = statement.many({
  name: 'erasure.uncountAll',
  text: `
    WITH gone AS MATERIALIZED (
      SELECT seq, "senderId" FROM messages
      WHERE id = ANY($2::bigint[]) AND "chatId" = $1 AND "deletedAt" IS NULL AND NOT quiet
    ), late AS MATERIALIZED (
      SELECT m."chatId", m."userId", m."unreadSeq" FROM chat_members m
      WHERE m."chatId" = $1 AND m."unreadSeq" < (SELECT max(seq) FROM gone)
      ORDER BY m."userId" FOR NO KEY UPDATE OF m
    ), fewer AS (
      SELECT l."userId", count(*) AS less FROM late l
      JOIN gone g ON g.seq > l."unreadSeq" AND g."senderId" IS DISTINCT FROM l."userId" GROUP BY l."userId"
    )
    UPDATE chat_members m SET "sentBefore" = m."sentBefore" - f.less
    FROM fewer f WHERE m."chatId" = $1 AND m."userId" = f."userId"
    RETURNING m."userId"`,
  values: inChat,
  row: ([userId]: [number]) => userId,
});

/**
 * `$1` a chat that is locked, `$2` messages of it: empties them as deleted messages are, with all that was kept of them;
 * each gets the next version of the chat. Returns them, by version.
 */
export const emptyAll = statement.many({
  name: 'erasure.emptyAll',
  text: `
    WITH gone AS MATERIALIZED (
      SELECT m.id, m.seq, m.metadata, c.version + row_number() OVER (ORDER BY m.seq) AS version
      FROM messages m JOIN chats c ON c.id = $1
      WHERE m.id = ANY($2::bigint[]) AND m."chatId" = $1 AND m."deletedAt" IS NULL
    ),
    edits AS (DELETE FROM message_edits WHERE "messageId" IN (SELECT id FROM gone)),
    reactions AS (DELETE FROM message_reactions WHERE "messageId" IN (SELECT id FROM gone)),
    streams AS (DELETE FROM message_streams WHERE "messageId" IN (SELECT id FROM gone)),
    mentions AS (
      DELETE FROM message_mentions d USING (
        SELECT seq, ${mentionsIn('metadata')} AS person FROM gone WHERE metadata IS NOT NULL
      ) g
      WHERE d."chatId" = $1 AND d.seq = g.seq AND d."userId" = g.person
    ),
    bumped AS (
      UPDATE chats SET version = version + (SELECT count(*) FROM gone)
      WHERE id = $1 AND EXISTS (SELECT 1 FROM gone)
    )
    UPDATE messages m SET quiet = true, content = '', metadata = NULL, reactions = NULL, "originalHash" = NULL,
      "clientId" = ' ' || m.id, "editedAt" = NULL, "deletedAt" = clock_timestamp(), version = g.version, revised = true
    FROM gone g WHERE m.id = g.id
    RETURNING m.id, m.seq, m.version, m."deletedAt",
      ${noteChange('messageDeleted', { chat: 'm."chatId"', version: 'm.version', message: 'm.id' })}`,
  values: inChat,
  row: ([messageId, seq, version, deletedAt]: [number, number, number, string]) => ({
    messageId,
    seq,
    version,
    deletedAt,
  }),
});

/**
 * `$1` messages: removes what they said earlier, and what was kept of them when they were deleted, and the hashes and keys
 * of those that were deleted.
 */
export const removeEarlierWords = statement.count({
  name: 'erasure.removeEarlierWords',
  text: `
    WITH edits AS (DELETE FROM message_edits WHERE "messageId" = ANY($1::bigint[])),
    contents AS (DELETE FROM deleted_contents WHERE "messageId" = ANY($1::bigint[]))
    UPDATE messages SET "originalHash" = NULL, "clientId" = ' ' || id
    WHERE id = ANY($1::bigint[]) AND "deletedAt" IS NOT NULL AND NOT starts_with("clientId", ' ')`,
  values: (ids: readonly number[]) => [bigints(ids)],
});

/** `$1` chat, `$2` seq: members who may not see what is up to that seq. */
export const membersCount = statement.oneOrNone({
  name: 'erasure.membersCount',
  text: `SELECT "memberCount", "user1Id", "user2Id" FROM chats WHERE id = $1`,
  values: (chatId: number) => [chatId],
  row: ([memberCount, user1Id, user2Id]: [number, number | null, number | null]) => ({
    memberCount,
    user1Id,
    user2Id,
  }),
});
