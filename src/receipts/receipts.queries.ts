import { bigints } from '../database/binary-array.js';
import { isUncounted, seesAfter, uncountedOf } from '../chats/chats.queries.js';
import { isThere, visibleAfter } from '../chats/membership.queries.js';
import { statement } from '../database/statement.js';

/** A row of the answer. An entry without a row names no chat or message that the reader may see. */
export interface MarkedRow {
  /** The position of the entry, from 1. */
  idx: number;
  chatId: number;
  user1Id: number | null;
  user2Id: number | null;
  /** The reader, whose watermark it is. */
  userId: number;
  /** The requested watermark, and its message. */
  seq: number;
  messageId: number | null;
  version: number;
  memberCount: number;
  /** Direct chats: whether the reader blocks the other user. */
  blocks: boolean;
  /** Whether the watermark moved. */
  moved: boolean;
}

/** A watermark to move: to a message, or to the end of a chat. */
export interface Mark {
  /** null: the receiver of the message. */
  readerId: number | null;
  messageId: number | null;
  chatId: number | null;
  /** With a chat: up to where; null: to its end. */
  seq: number | null;
}

export interface Membership {
  userId: number;
  chatId: number;
}

const markedRow = ([
  idx,
  chatId,
  user1Id,
  user2Id,
  userId,
  seq,
  messageId,
  version,
  memberCount,
  blocks,
  moved,
]: [
  number,
  number,
  number | null,
  number | null,
  number,
  number,
  number | null,
  number,
  number,
  boolean,
  boolean,
]): MarkedRow => ({
  idx,
  chatId,
  user1Id,
  user2Id,
  userId,
  seq,
  messageId,
  version,
  memberCount,
  blocks,
  moved,
});

/** Whether to wait for memberships that somebody else has locked, or to leave them out as if they did not exist. */
type Locking = '' | ' SKIP LOCKED';

/** SQL: the entries of the parameters as `target`, and the memberships that they name, as `locked`. */
const places = (locked: Locking) => `
    WITH target AS MATERIALIZED (
      SELECT i.idx, c.id AS chat, c."user1Id", c."user2Id", c."user1Blocks", c."user2Blocks", c.version,
        c."memberCount", c."lastSeq", l.id AS message, i.message IS NOT NULL AS "ofMessage",
        COALESCE(l.seq, 0) AS seq,
        COALESCE(
          i.reader,
          CASE l."senderId" WHEN c."user1Id" THEN c."user2Id" WHEN c."user2Id" THEN c."user1Id" END
        ) AS reader
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
        WITH ORDINALITY AS i(reader, message, chat, seq, idx)
      LEFT JOIN LATERAL (SELECT m.id, m."chatId", m.seq FROM messages m WHERE m.id = i.message LIMIT 1) m ON true
      JOIN LATERAL (
        SELECT c.id, c."user1Id", c."user2Id", c."user1Blocks", c."user2Blocks", c.version, c."memberCount",
          c."lastSeq"
        FROM chats c
        WHERE c.id = COALESCE(m."chatId", i.chat) LIMIT 1
      ) c ON (i.chat IS NULL OR i.chat = c.id) AND (i.message IS NULL OR m.id IS NOT NULL)
      LEFT JOIN LATERAL (
        SELECT l.id, l.seq, l."senderId" FROM messages l
        WHERE l."chatId" = c.id AND l.seq = COALESCE(m.seq, LEAST(i.seq, c."lastSeq")) LIMIT 1
      ) l ON true
    ), locked AS MATERIALIZED (
      SELECT m."chatId", m."userId", m."readSeq", m."deliveredSeq", m."unreadSeq", m."sentBefore",
        ${visibleAfter('m')} AS "seesAfter",
        t.seq
      FROM (
        SELECT chat, reader, max(seq) AS seq, max("lastSeq") AS "lastSeq" FROM target
        GROUP BY chat, reader ORDER BY chat, reader
      ) t
      JOIN LATERAL (
        SELECT * FROM chat_members m WHERE m."chatId" = t.chat AND m."userId" = t.reader
        LIMIT 1 FOR NO KEY UPDATE${locked}
      ) m ON ${isThere('t', 'm')}
    )`;

const placesOf = (marks: readonly Mark[]) => [
  bigints(marks.map(({ readerId }) => readerId)),
  bigints(marks.map(({ messageId }) => messageId)),
  bigints(marks.map(({ chatId }) => chatId)),
  bigints(marks.map(({ seq }) => seq)),
];

/** Locks the memberships that marks name, in the order in which `marking` locks them, until the transaction ends. */
const locking = (name: string, locked: Locking = '') =>
  statement.count({
    name,
    text: `${places(locked)}
    SELECT 1 FROM locked`,
    values: placesOf,
  });

/**
 * Moves watermarks of members, many in one statement. They never move back.
 *
 * Arrays of one length: `$1` reader or null, `$2` message or null, `$3` chat or null, `$4` seq or null. A message marks
 * everything in its chat up to it; a chat alone marks all its messages, or those up to the seq. Without a reader it is the
 * receiver of the message in a direct chat.
 *
 * Memberships are locked in the order of their keys: two nodes that mark the same chats can't deadlock.
 */
const marking = (
  name: string,
  watermark: 'readSeq' | 'deliveredSeq',
  set: string,
  moves: string,
  locked: Locking = '',
) =>
  statement.many({
    name,
    text: `
    ${places(locked)}, moved AS (
      UPDATE chat_members m SET ${set}
      FROM locked f
      WHERE m."chatId" = f."chatId" AND m."userId" = f."userId" AND f.seq > f."seesAfter" AND ${moves}
    )
    SELECT t.idx, t.chat AS "chatId", t."user1Id", t."user2Id", t.reader AS "userId", t.seq,
      CASE WHEN t.seq > l."seesAfter" THEN t.message END AS "messageId", t.version, t."memberCount",
      CASE t.reader WHEN t."user1Id" THEN t."user1Blocks" WHEN t."user2Id" THEN t."user2Blocks" ELSE false
      END AS blocks,
      t.seq > l."${watermark}" AND t.seq > l."seesAfter" AS moved
    FROM target t JOIN locked l ON l."chatId" = t.chat AND l."userId" = t.reader
      AND (NOT t."ofMessage" OR t.seq > l."seesAfter")`,
    values: placesOf,
    row: markedRow,
  });

const locks = {
  all: locking('receipts.lockMarked'),
  unlocked: locking('receipts.lockMarkedUnlocked', ' SKIP LOCKED'),
};

/**
 * `unlocked` leaves out memberships that somebody else has locked, as if they did not exist. `lock` locks the same
 * memberships beforehand.
 */
const mark = (name: string, watermark: 'readSeq' | 'deliveredSeq', set: string, moves: string) =>
  Object.assign(marking(name, watermark, set, moves), {
    lock: locks.all,
    unlocked: Object.assign(marking(`${name}Unlocked`, watermark, set, moves, ' SKIP LOCKED'), {
      lock: locks.unlocked,
    }),
  });

/**
 * SQL: `sentBefore` for a watermark at `f.seq`. The messages that do not count are counted from the old watermark or
 * from the end of the chat, whichever is nearer: for a user who catches up with a long history it is counted from the
 * end. The chat, the member `s` and the messages are of one snapshot, which has all messages up to `f.seq`.
 *
 * The locked row `f` may be newer than that: then a message may have been deleted that the snapshot still has, and the
 * statement fails with a serialization failure, to run again.
 */
const sentUpToMark = `(
          SELECT CASE WHEN (s."sentBefore", s."unreadSeq") <> (f."sentBefore", f."unreadSeq") THEN memberships_changed()
            WHEN f.seq - f."unreadSeq" <= c."lastSeq" - f.seq
            THEN m."sentBefore" + (
              SELECT count(*) FROM messages o
              WHERE o."chatId" = m."chatId" AND o.seq > f."unreadSeq" AND o.seq <= f.seq
                AND ${isUncounted('o', 'm."userId"')}
            )
            ELSE ${uncountedOf('c', 's')} - (
              SELECT count(*) FROM messages o
              WHERE o."chatId" = m."chatId" AND o.seq > f.seq AND ${isUncounted('o', 'm."userId"')}
            ) END
          FROM chats c JOIN chat_members s ON s."chatId" = c.id AND s."userId" = m."userId"
          WHERE c.id = m."chatId"
        )`;

/** Seen implies delivered, and a seen message is no longer unread. */
export const markSeen = mark(
  'receipts.markSeen',
  'readSeq',
  `"readSeq" = GREATEST(m."readSeq", f.seq),
        "deliveredSeq" = GREATEST(m."deliveredSeq", f.seq),
        "unreadSeq" = GREATEST(m."unreadSeq", f.seq),
        "sentBefore" = ${sentUpToMark},
        "watermarksAt" = clock_timestamp()`,
  `f.seq > LEAST(f."readSeq", f."unreadSeq")`,
);

export const markDelivered = mark(
  'receipts.markDelivered',
  'deliveredSeq',
  `"deliveredSeq" = f.seq, "watermarksAt" = clock_timestamp()`,
  `f.seq > f."deliveredSeq"`,
);

/** `$1` user, `$2` chat: locks the user's watermarks until the transaction ends. */
export const lockWatermarks = statement.count({
  name: 'receipts.lockWatermarks',
  text: `SELECT 1 FROM chat_members WHERE "chatId" = $2 AND "userId" = $1 FOR NO KEY UPDATE`,
  values: ({ userId, chatId }: Membership) => [userId, chatId],
});

/**
 * `$1` user, `$2` chat, `$3` message or null, `$4` how far back: marks that message and all after it as unread again;
 * null: the newest message among so many that counts for the user. The watermark never moves forward. A message that is
 * further back moves nothing: `tooFar`.
 *
 * Run it after locking the chat and `lockWatermarks` in the same transaction. It counts the messages up to the locked
 * watermark that do not count; if it waited for the locks itself, it would not see what was written, or deleted,
 * meanwhile.
 */
export const markUnread = statement.oneOrNone({
  name: 'receipts.markUnread',
  text: `
    WITH target AS (
      SELECT m.seq - 1 AS seq, m.seq <= c."lastSeq" - $4 AS "tooFar"
      FROM chats c CROSS JOIN LATERAL (
        (SELECT m.seq FROM messages m WHERE m.id = $3 AND m."chatId" = $2 LIMIT 1)
        UNION ALL
        (
          SELECT n.seq FROM (
            SELECT n.seq, n."senderId", n.quiet FROM messages n
            WHERE $3::bigint IS NULL AND n."chatId" = $2 AND n.seq > c."lastSeq" - $4
            ORDER BY n.seq DESC
          ) n
          WHERE n."senderId" IS DISTINCT FROM $1 AND NOT n.quiet LIMIT 1
        )
      ) m
      WHERE c.id = $2 AND m.seq > ${seesAfter('$2', '$1')}
    ), moved AS (
      UPDATE chat_members m
      SET "unreadSeq" = t.seq, "watermarksAt" = clock_timestamp(),
        "sentBefore" = m."sentBefore" - (
          SELECT count(*) FROM messages o
          WHERE o."chatId" = $2 AND o.seq > t.seq AND o.seq <= m."unreadSeq" AND ${isUncounted('o', '$1')}
        )
      FROM target t
      WHERE m."chatId" = $2 AND m."userId" = $1 AND t.seq < m."unreadSeq" AND NOT t."tooFar"
    )
    SELECT "tooFar" FROM target`,
  values: ({ userId, chatId, messageId, most }: Membership & { messageId: number | null; most: number }) => [
    userId,
    chatId,
    messageId,
    most,
  ],
  row: ([tooFar]: [boolean]) => ({ tooFar }),
});

/** `$1` message, `$2` limit: members other than the sender who have seen it, and to whom it was delivered. */
export const receiptsOf = statement.one({
  name: 'receipts.ofMessage',
  text: `
    WITH others AS (
      SELECT r."userId", r."readSeq" >= m.seq AS seen, r."deliveredSeq" >= m.seq AS delivered
      FROM messages m JOIN chat_members r ON r."chatId" = m."chatId" AND r."userId" IS DISTINCT FROM m."senderId"
      WHERE m.id = $1 AND GREATEST(r."readSeq", r."deliveredSeq") >= m.seq AND r."seesAfter" < m.seq
      ORDER BY r."userId" LIMIT $2
    )
    SELECT COALESCE(array_agg("userId") FILTER (WHERE seen), '{}') AS "seenBy",
      COALESCE(array_agg("userId") FILTER (WHERE delivered), '{}') AS "deliveredTo"
    FROM others`,
  values: ({ messageId, most }: { messageId: number; most: number }) => [messageId, most],
  row: ([seenBy, deliveredTo]: [number[], number[]]) => ({ seenBy, deliveredTo }),
});
