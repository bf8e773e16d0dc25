import { visibleAfter } from '../chats/membership.queries.js';
import { isMuted, levelOf, passes } from '../chats/notify-levels.js';
import { totalsOf } from '../chats/unread-totals.queries.js';
import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';

/** The messages of a chat that are told together; `userIds` null: to all members. */
export interface Stretch {
  chatId: number;
  firstSeq: number;
  lastSeq: number;
}

/** A member who is to be told of a message. */
export interface Recipient {
  userId: number;
  chatId: number;
  seq: number;
  messageId: number;
  /** Whether a message that they have not read mentions them. */
  isMentioned: boolean;
}

/** SQL: the newest message of a stretch `d` that counts as unread for others. */
const newest = (condition: string) => `(
        SELECT x.id, x.seq, x."senderId" FROM messages x
        WHERE x."chatId" = d.chat AND x.seq BETWEEN d.first AND d.last AND NOT x.quiet AND x."deletedAt" IS NULL
          AND ${condition}
        ORDER BY x.seq DESC LIMIT 1
      )`;

/** SQL: whether the message does what it does to the member `m`, in the stretch `t` after what they have read. */
const MENTIONED = `EXISTS (
        SELECT 1 FROM message_mentions x
        WHERE x."chatId" = m."chatId" AND x."userId" IN (m."userId", 0) AND x.seq BETWEEN t.first AND t.last
          AND x.seq > m."readSeq" AND x."senderId" IS DISTINCT FROM m."userId"
      )`;

/**
 * `$1` chats, `$2` first, `$3` last seq of the stretch of each, `$4` users or null for all: who is to be told of the newest
 * message of others in it. They have a device, have not read it, were not told of it, have not muted the chat, and their level for it lets it pass; they do not block
 * its sender, and are neither deactivated nor erased.
 */
export const recipientsOf = statement.many({
  name: 'push.recipients',
  text: `
    WITH due AS MATERIALIZED (
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS d(chat, first, last)
    ), told AS MATERIALIZED (
      SELECT d.*, c.type, n.id, n.seq, n."senderId", o.id AS "otherId", o.seq AS "otherSeq", o."senderId" AS "otherSenderId"
      FROM due d
      CROSS JOIN LATERAL (SELECT type FROM chats WHERE id = d.chat LIMIT 1) c
      CROSS JOIN LATERAL ${newest('true')} n
      LEFT JOIN LATERAL ${newest('x."senderId" IS DISTINCT FROM n."senderId"')} o ON true
    ), people AS MATERIALIZED (
      SELECT m.*, t.type, x.id AS "messageId", x.seq, x."senderId", ${MENTIONED} AS mentioned
      FROM told t
      JOIN chat_members m ON m."chatId" = t.chat AND ($4::bigint[] IS NULL OR m."userId" = ANY($4::bigint[]))
      CROSS JOIN LATERAL (
        SELECT t.id, t.seq, t."senderId" WHERE t."senderId" IS DISTINCT FROM m."userId"
        UNION ALL
        SELECT t."otherId", t."otherSeq", t."otherSenderId" WHERE t."senderId" = m."userId" AND t."otherId" IS NOT NULL
      ) x
      WHERE x.seq > m."readSeq" AND x.seq > COALESCE(${visibleAfter('m')}, 0)
        AND EXISTS (SELECT 1 FROM push_targets p WHERE p."userId" = m."userId")
        AND NOT EXISTS (
          SELECT 1 FROM push_states s
          WHERE s."userId" = m."userId" AND s."chatId" = m."chatId" AND s."pushedSeq" >= x.seq
        )
    )
    SELECT m."userId", m."chatId", m.seq, m."messageId", m.mentioned
    FROM people m
    WHERE NOT ${isMuted('m')} AND ${passes(levelOf('m', 'm'), 'm.mentioned')}
      AND NOT EXISTS (SELECT 1 FROM user_blocks b WHERE b."userId" = m."userId" AND b."blockedId" = m."senderId")
      AND NOT EXISTS (
        SELECT 1 FROM deactivations d
        WHERE d."userId" = m."userId" AND NOT d.ended AND (d."until" IS NULL OR d."until" > clock_timestamp())
      )
      AND EXISTS (SELECT 1 FROM users u WHERE u.id = m."userId" AND u."erasedAt" IS NULL)
    ORDER BY m."userId", m."chatId"`,
  values: ({ stretches, userIds }: { stretches: readonly Stretch[]; userIds: readonly number[] | null }) => [
    bigints(stretches.map(({ chatId }) => chatId)),
    bigints(stretches.map(({ firstSeq }) => firstSeq)),
    bigints(stretches.map(({ lastSeq }) => lastSeq)),
    bigints(userIds),
  ],
  row: ([userId, chatId, seq, messageId, isMentioned]: [
    number,
    number,
    number,
    number,
    boolean,
  ]): Recipient => ({ userId, chatId, seq, messageId, isMentioned }),
});

/** A message as a push shows it. */
export interface ShownMessage {
  messageId: number;
  chatId: number;
  seq: number;
  isDirect: boolean;
  title: string | null;
  senderId: number | null;
  senderName: string | null;
  content: string;
}

/** `$1` messages: as they are now, of each text the beginning. */
export const messagesToPush = statement.many({
  name: 'push.messages',
  text: `
    SELECT m.id, m."chatId", m.seq, c.type = 'direct', c.title, m."senderId", u.name, left(m.content, 1000)
    FROM unnest($1::bigint[]) AS x(id)
    CROSS JOIN LATERAL (SELECT * FROM messages WHERE id = x.id AND "deletedAt" IS NULL LIMIT 1) m
    CROSS JOIN LATERAL (SELECT type, title FROM chats WHERE id = m."chatId" LIMIT 1) c
    LEFT JOIN LATERAL (SELECT name FROM users WHERE id = m."senderId" LIMIT 1) u ON true`,
  values: (messageIds: readonly number[]) => [bigints(messageIds)],
  row: ([messageId, chatId, seq, isDirect, title, senderId, senderName, content]: [
    number,
    number,
    number,
    boolean,
    string | null,
    number | null,
    string | null,
    string,
  ]): ShownMessage => ({ messageId, chatId, seq, isDirect, title, senderId, senderName, content }),
});

/** `$1` users: the number at the icon of the app, as `badge` of getUnreadTotals. */
export const badgesOf = statement.many({
  name: 'push.badges',
  text: `SELECT x.id, b.badge FROM unnest($1::bigint[]) AS x(id) CROSS JOIN LATERAL (${totalsOf('x.id')}) b`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: ([userId, badge]: [number, number]) => ({ userId, badge }),
});
