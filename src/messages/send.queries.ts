import type { Statement } from '../database/sql.js';

/** What became of one entry of a batch. */
export const verdicts = {
  written: 0,
  /** There is a message with that key, of the same body. */
  duplicate: 1,
  /** There is a message with that key, of another body. */
  mismatch: 2,
  /** The two people have no chat yet. */
  noDirectChat: 3,
  /** No such chat, or the sender is no member. */
  notFound: 4,
  /** The message to reply to is not in this chat. */
  noReply: 5,
} as const;

export type Verdict = (typeof verdicts)[keyof typeof verdicts];

/** A row of the answer: one for each entry, in any order. */
export interface SentRow {
  idx: number;
  verdict: Verdict;
  /** The message written, or the one there is. */
  id: number | null;
  chatId: number | null;
  user1Id: number | null;
  user2Id: number | null;
  seq: number | null;
  version: number | null;
  createdAt: string | null;
}

/**
 * Writes a batch of messages, in one statement and so in one commit.
 *
 * `$1` idx, `$2` sender, `$3` chat or null, `$4` receiver or null, `$5` key, `$6` content, `$7` reply to or
 * null, `$8` metadata or null: arrays of one length, ordered by idx. No two entries share sender and key.
 *
 * - Each entry locks its chat and then its sender's membership, in the order of chat and sender, so that
 *   writers on several nodes can't deadlock; the numbers of the chat are read as they stand under the lock,
 *   and a membership that ended while the statement waited is not seen any more.
 * - `numbered` numbers the entries that are to be written; a chat's `seq` and `version` rise by one a message.
 * - A message with the same key that another node commits while this statement waits for the lock is not in
 *   its snapshot: the insert fails on the unique index then, the whole batch is rolled back, and the same
 *   batch again finds it.
 * - Own messages are not unread: `ownAfter` of the sender counts them.
 *
 * Every table is reached by one index lookup an entry (`LATERAL … LIMIT 1`), whatever the planner believes of
 * its size: the plan is made once a connection, often while the tables are empty.
 */
export const sendMessages: Statement = {
  name: 'messages.send',
  text: `
    WITH target AS MATERIALIZED (
      SELECT i.idx, i.sender, i.key, i.content, i.reply, i.metadata::jsonb AS metadata,
        COALESCE(i.chat, d.id) AS chat
      FROM unnest(
        $1::int[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::text[]
      ) AS i(idx, sender, chat, receiver, key, content, reply, metadata)
      LEFT JOIN LATERAL (
        SELECT c.id FROM chats c
        WHERE i.chat IS NULL AND c.type = 'direct'
          AND LEAST(c."user1Id", c."user2Id") = LEAST(i.sender, i.receiver)
          AND GREATEST(c."user1Id", c."user2Id") = GREATEST(i.sender, i.receiver)
        LIMIT 1
      ) d ON true
      ORDER BY 7, i.sender, i.idx
    ), judged AS MATERIALIZED (
      SELECT t.*, l."user1Id", l."user2Id", l."lastSeq", l.version, o.id AS "originalId",
        CASE
          WHEN o.id IS NOT NULL THEN CASE
            WHEN o.content = t.content AND o."replyToId" IS NOT DISTINCT FROM t.reply
              AND o.metadata IS NOT DISTINCT FROM t.metadata AND o."chatId" = t.chat
            THEN ${verdicts.duplicate} ELSE ${verdicts.mismatch} END
          WHEN t.chat IS NULL THEN ${verdicts.noDirectChat}
          WHEN m."userId" IS NULL THEN ${verdicts.notFound}
          WHEN t.reply IS NOT NULL AND r.id IS NULL THEN ${verdicts.noReply}
          ELSE ${verdicts.written}
        END AS verdict
      FROM target t
      LEFT JOIN LATERAL (
        SELECT c."user1Id", c."user2Id", c."lastSeq", c.version FROM chats c
        WHERE c.id = t.chat LIMIT 1 FOR NO KEY UPDATE
      ) l ON true
      LEFT JOIN LATERAL (
        SELECT m."userId" FROM chat_members m
        WHERE m."chatId" = t.chat AND m."userId" = t.sender LIMIT 1 FOR NO KEY UPDATE
      ) m ON true
      LEFT JOIN LATERAL (
        SELECT o.id, o."chatId", o.content, o."replyToId", o.metadata FROM messages o
        WHERE o."senderId" = t.sender AND o."clientId" = t.key LIMIT 1
      ) o ON true
      LEFT JOIN LATERAL (
        SELECT r.id FROM messages r WHERE r.id = t.reply AND r."chatId" = t.chat LIMIT 1
      ) r ON true
    ), numbered AS MATERIALIZED (
      SELECT j.*,
        CASE verdict WHEN ${verdicts.written} THEN nextval('messages_id_seq') ELSE "originalId" END AS id,
        count(*) FILTER (WHERE verdict = ${verdicts.written}) OVER (PARTITION BY chat ORDER BY idx) AS nth,
        clock_timestamp()::timestamptz(3) AS "createdAt"
      FROM judged j
    ), written AS (
      INSERT INTO messages
        (id, "chatId", seq, version, "senderId", "clientId", content, "replyToId", metadata, "createdAt")
      OVERRIDING SYSTEM VALUE
      SELECT id, chat, "lastSeq" + nth, version + nth, sender, key, content, reply, metadata, "createdAt"
      FROM numbered WHERE verdict = ${verdicts.written}
    ), bumped AS (
      UPDATE chats c
      SET "lastSeq" = c."lastSeq" + n.count, version = c.version + n.count, "lastActivityAt" = n.at
      FROM (
        SELECT chat, count(*), max("createdAt") AS at FROM numbered
        WHERE verdict = ${verdicts.written} GROUP BY chat
      ) n WHERE c.id = n.chat
    ), owned AS (
      UPDATE chat_members m SET "ownAfter" = m."ownAfter" + n.count
      FROM (
        SELECT chat, sender, count(*) FROM numbered WHERE verdict = ${verdicts.written} GROUP BY chat, sender
      ) n WHERE m."chatId" = n.chat AND m."userId" = n.sender
    )
    SELECT idx, verdict, id, chat AS "chatId", "user1Id", "user2Id", "lastSeq" + nth AS seq,
      version + nth AS version, "createdAt"
    FROM numbered`,
};

/**
 * `$1`, `$2` arrays of people, pairwise: makes the direct chats that are not there. Answers the chats made.
 * In the order of the pairs, so that nodes that open the same chats at once can't deadlock.
 */
export const openDirectChats: Statement = {
  name: 'messages.openDirectChats',
  text: `
    WITH pairs AS (
      SELECT DISTINCT ON (LEAST(p.one, p.other), GREATEST(p.one, p.other)) p.one, p.other
      FROM unnest($1::bigint[], $2::bigint[]) AS p(one, other)
      JOIN users a ON a.id = p.one JOIN users b ON b.id = p.other
      WHERE NOT EXISTS (
        SELECT 1 FROM chats c WHERE c.type = 'direct'
          AND LEAST(c."user1Id", c."user2Id") = LEAST(p.one, p.other)
          AND GREATEST(c."user1Id", c."user2Id") = GREATEST(p.one, p.other)
      )
      ORDER BY LEAST(p.one, p.other), GREATEST(p.one, p.other)
    ), opened AS (
      INSERT INTO chats (type, "user1Id", "user2Id") SELECT 'direct', one, other FROM pairs
      ON CONFLICT (LEAST("user1Id", "user2Id"), GREATEST("user1Id", "user2Id")) WHERE type = 'direct'
      DO NOTHING
      RETURNING *
    ), joined AS (
      INSERT INTO chat_members ("chatId", "userId") SELECT id, unnest(ARRAY["user1Id", "user2Id"]) FROM opened
    )
    SELECT id, type, "user1Id", "user2Id", title, "avatarUrl", metadata, "lastSeq", version,
      "lastActivityAt", "createdAt"
    FROM opened`,
};
