import type { Statement } from '../database/sql.js';

/** A row of the answer; entries without a row name no chat of the reader's. */
export interface SeenRow {
  idx: number;
  chatId: number;
  user1Id: number | null;
  user2Id: number | null;
  /** Who has seen it. */
  userId: number;
  /** The watermark that was asked for, and its message. */
  seq: number;
  messageId: number | null;
  version: number;
  /** Whether the watermark moved. */
  moved: boolean;
}

/**
 * Moves watermarks of what members have seen, many in one statement. They never move back.
 *
 * `$1` idx, `$2` reader or null, `$3` message or null, `$4` chat or null: arrays of one length, ordered by
 * idx. A message stands for everything in its chat up to it, a chat for everything there is. No reader is
 * the other person of a direct chat, seen from the message's sender.
 *
 * Memberships are locked in the order of their keys, as the statement that writes messages does.
 */
export const markSeen: Statement = {
  name: 'receipts.markSeen',
  text: `
    WITH input AS (
      SELECT * FROM unnest($1::int[], $2::bigint[], $3::bigint[], $4::bigint[]) AS i(idx, reader, message, chat)
    ), target AS MATERIALIZED (
      SELECT i.idx, c.id AS chat, c."user1Id", c."user2Id", c.version, l.id AS message,
        COALESCE(l.seq, 0) AS seq,
        COALESCE(
          i.reader,
          CASE l."senderId" WHEN c."user1Id" THEN c."user2Id" WHEN c."user2Id" THEN c."user1Id" END
        ) AS reader
      FROM input i
      LEFT JOIN messages m ON m.id = i.message
      JOIN chats c ON c.id = COALESCE(m."chatId", i.chat) AND (i.chat IS NULL OR i.chat = c.id)
        AND (i.message IS NULL OR m.id IS NOT NULL)
      LEFT JOIN messages l ON l."chatId" = c.id AND l.seq = COALESCE(m.seq, c."lastSeq")
    ), locked AS MATERIALIZED (
      SELECT m."chatId", m."userId", m."readSeq", m."unreadSeq"
      FROM (SELECT DISTINCT chat, reader FROM target) t
      JOIN chat_members m ON m."chatId" = t.chat AND m."userId" = t.reader
      ORDER BY m."chatId", m."userId" FOR NO KEY UPDATE OF m
    ), furthest AS (
      SELECT l.*, max(t.seq) AS seq FROM locked l JOIN target t ON t.chat = l."chatId" AND t.reader = l."userId"
      GROUP BY l."chatId", l."userId", l."readSeq", l."unreadSeq"
    ), moved AS (
      UPDATE chat_members m
      SET "readSeq" = GREATEST(m."readSeq", f.seq),
        "deliveredSeq" = GREATEST(m."deliveredSeq", f.seq),
        "unreadSeq" = f.seq,
        "sentBefore" = m."sentBefore" + (
          SELECT count(*) FROM messages o
          WHERE o."chatId" = m."chatId" AND o.seq > f."unreadSeq" AND o.seq <= f.seq AND o."senderId" = m."userId"
        )
      FROM furthest f
      WHERE m."chatId" = f."chatId" AND m."userId" = f."userId" AND f.seq > LEAST(f."readSeq", f."unreadSeq")
    )
    SELECT t.idx, t.chat AS "chatId", t."user1Id", t."user2Id", t.reader AS "userId", t.seq,
      t.message AS "messageId", t.version, t.seq > l."readSeq" AS moved
    FROM target t JOIN locked l ON l."chatId" = t.chat AND l."userId" = t.reader`,
};
