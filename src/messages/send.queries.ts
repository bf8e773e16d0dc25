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
 * - `locked` locks the chats in the order of their ids, so that writers on several nodes can't deadlock, and
 *   reads the numbers as they stand then. `allowed` locks the senders' memberships after that, in order too:
 *   a membership that ended while the statement waited is not seen any more.
 * - `fresh` numbers the entries that are to be written; a chat's `seq` and `version` rise by one a message.
 * - A message with the same key that another node commits while this statement waits for the lock is not in
 *   its snapshot: the insert fails on the unique index then, the whole batch is rolled back, and the same
 *   batch again finds it.
 * - Own messages are not unread: `ownAfter` of the sender counts them.
 */
export const sendMessages: Statement = {
  name: 'messages.send',
  text: `
    WITH input AS (
      SELECT * FROM unnest(
        $1::int[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::bigint[], $8::text[]
      ) AS i(idx, sender, chat, receiver, key, content, reply, metadata)
    ), target AS MATERIALIZED (
      SELECT i.idx, i.sender, i.receiver, i.key, i.content, i.reply, i.metadata::jsonb AS metadata,
        COALESCE(i.chat, d.id) AS chat
      FROM input i LEFT JOIN chats d ON d.type = 'direct'
        AND LEAST(d."user1Id", d."user2Id") = LEAST(i.sender, i.receiver)
        AND GREATEST(d."user1Id", d."user2Id") = GREATEST(i.sender, i.receiver)
    ), locked AS MATERIALIZED (
      SELECT c.id, c."user1Id", c."user2Id", c."lastSeq", c.version FROM chats c
      WHERE c.id = ANY (ARRAY(SELECT DISTINCT chat FROM target WHERE chat IS NOT NULL))
      ORDER BY c.id FOR NO KEY UPDATE
    ), allowed AS MATERIALIZED (
      SELECT m."chatId", m."userId"
      FROM (SELECT DISTINCT t.chat, t.sender FROM target t JOIN locked l ON l.id = t.chat) s
      JOIN chat_members m ON m."chatId" = s.chat AND m."userId" = s.sender
      ORDER BY m."chatId", m."userId" FOR NO KEY UPDATE OF m
    ), judged AS MATERIALIZED (
      SELECT t.*, l."user1Id", l."user2Id", l."lastSeq", l.version, o.id AS "originalId",
        CASE
          WHEN o.id IS NOT NULL THEN CASE
            WHEN o.content = t.content AND o."replyToId" IS NOT DISTINCT FROM t.reply
              AND o.metadata IS NOT DISTINCT FROM t.metadata AND o."chatId" = t.chat
            THEN ${verdicts.duplicate} ELSE ${verdicts.mismatch} END
          WHEN t.chat IS NULL THEN ${verdicts.noDirectChat}
          WHEN a."userId" IS NULL THEN ${verdicts.notFound}
          WHEN t.reply IS NOT NULL AND r.id IS NULL THEN ${verdicts.noReply}
          ELSE ${verdicts.written}
        END AS verdict
      FROM target t
      LEFT JOIN locked l ON l.id = t.chat
      LEFT JOIN allowed a ON a."chatId" = t.chat AND a."userId" = t.sender
      LEFT JOIN messages o ON o."senderId" = t.sender AND o."clientId" = t.key
      LEFT JOIN messages r ON r.id = t.reply AND r."chatId" = t.chat
    ), fresh AS MATERIALIZED (
      SELECT j.*, row_number() OVER (PARTITION BY chat ORDER BY idx) AS nth
      FROM judged j WHERE verdict = ${verdicts.written}
    ), bumped AS (
      UPDATE chats c
      SET "lastSeq" = c."lastSeq" + f.count, version = c.version + f.count, "lastActivityAt" = clock_timestamp()
      FROM (SELECT chat, count(*) FROM fresh GROUP BY chat) f WHERE c.id = f.chat
    ), owned AS (
      UPDATE chat_members m SET "ownAfter" = m."ownAfter" + f.count
      FROM (SELECT chat, sender, count(*) FROM fresh GROUP BY chat, sender) f
      WHERE m."chatId" = f.chat AND m."userId" = f.sender
    ), written AS (
      INSERT INTO messages
        ("chatId", seq, version, "senderId", "clientId", content, "replyToId", metadata, "createdAt")
      SELECT chat, "lastSeq" + nth, version + nth, sender, key, content, reply, metadata, clock_timestamp()
      FROM fresh ORDER BY idx
      RETURNING id, "chatId", seq, version, "createdAt"
    )
    SELECT j.idx, j.verdict, COALESCE(w.id, j."originalId") AS id, j.chat AS "chatId",
      j."user1Id", j."user2Id", w.seq, w.version, w."createdAt"
    FROM judged j
    LEFT JOIN fresh f ON f.idx = j.idx
    LEFT JOIN written w ON w."chatId" = f.chat AND w.seq = f."lastSeq" + f.nth`,
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
