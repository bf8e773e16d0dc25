import { noteDetails } from '../../changes/note-change.js';
import { unreadOf } from '../../chats/chats.queries.js';
import { isThere } from '../../chats/membership.queries.js';
import { levelOf, passes } from '../../chats/notify-levels.js';
import { isFor, isReached, readUpTo } from '../../chats/who-is-told.js';
import { bigints } from '../../database/binary-array.js';
import { statement } from '../../database/statement.js';

/** Whether a webhook wants to hear of unread messages. */
export const isDueWanted = statement.one({
  name: 'due.isWanted',
  text: `SELECT EXISTS (SELECT 1 FROM webhooks WHERE status <> 'disabled' AND events && '{*,notification.due}')`,
  values: (_: undefined) => [],
  row: ([wanted]: [boolean]) => wanted,
});

/** A sent message, and how long ago that was, in milliseconds. */
export interface Sent {
  id: number;
  chatId: number;
  seq: number;
  ageMs: number;
}

/** `$1` the message after which it begins, `$2` the last one, `$3` limit: in order. */
export const sentBetween = statement.many({
  name: 'due.sentBetween',
  text: `
    SELECT id, "chatId", seq, (extract(epoch FROM clock_timestamp() - "createdAt") * 1000)::bigint
    FROM messages WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3`,
  values: ({ after, upTo, most }: { after: number; upTo: number; most: number }) => [after, upTo, most],
  row: ([id, chatId, seq, ageMs]: [number, number, number, number]): Sent => ({ id, chatId, seq, ageMs }),
});

/** Messages of a chat; `userId` null: for all members. */
export interface Stretch {
  chatId: number;
  firstSeq: number;
  lastSeq: number;
  userId: number | null;
}

/** A member who has not read a message, the newest one of a stretch that is for them. */
export interface DueNotice {
  chatId: number;
  userId: number;
  seq: number;
  messageId: number;
}

/** SQL: whether the message `x` mentions the member `m`. */
const IS_MENTIONED = `EXISTS (
          SELECT 1 FROM message_mentions v
          WHERE v."chatId" = m."chatId" AND v."userId" IN (m."userId", 0) AND v.seq = x.seq
        )`;

/** SQL: whether the member `m` of the chat `c` is told of messages there. */
const MAY_BE_TOLD = `${isThere('c', 'm')} AND ${isReached('m')}`;

/** SQL: whether the message `x` is one that the member `m` of the chat `c` is told of: unread, and their level lets it pass. */
const IS_UNREAD = `x.seq > ${readUpTo('m')} AND ${isFor('x', 'm')} AND ${passes(levelOf('c', 'm'), IS_MENTIONED)}`;

/**
 * `$1` chats, `$2` first, `$3` last seq of the stretch of each, `$4` one member, or 0 for all: whom the stretch has unread
 * messages for, with the newest of these. Of all members it leaves out who was told already of a message of the chat that they
 * have still not read.
 */
export const dueNotices = statement.many({
  name: 'due.notices',
  text: `
    SELECT m."chatId", m."userId", n.seq, n.id
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS d(chat, first, last, member)
    CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = d.chat LIMIT 1) c
    JOIN chat_members m ON m."chatId" = d.chat AND (d.member = 0 OR m."userId" = d.member)
    CROSS JOIN LATERAL (
      SELECT x.id, x.seq FROM messages x
      WHERE x."chatId" = d.chat AND x.seq BETWEEN d.first AND d.last AND ${IS_UNREAD}
      ORDER BY x.seq DESC LIMIT 1
    ) n
    WHERE ${readUpTo('m')} < d.last AND ${MAY_BE_TOLD} AND (d.member <> 0 OR NOT EXISTS (
      SELECT 1 FROM due_notifications t
      WHERE t."userId" = m."userId" AND t."chatId" = m."chatId" AND t.seq > ${readUpTo('m')}
    ))
    ORDER BY m."userId", m."chatId"`,
  values: (stretches: readonly Stretch[]) => [
    bigints(stretches.map(({ chatId }) => chatId)),
    bigints(stretches.map(({ firstSeq }) => firstSeq)),
    bigints(stretches.map(({ lastSeq }) => lastSeq)),
    bigints(stretches.map(({ userId }) => userId ?? 0)),
  ],
  row: ([chatId, userId, seq, messageId]: [number, number, number, number]): DueNotice => ({
    chatId,
    userId,
    seq,
    messageId,
  }),
});

const columns = (notices: readonly DueNotice[]) => [
  bigints(notices.map(({ userId }) => userId)),
  bigints(notices.map(({ chatId }) => chatId)),
  bigints(notices.map(({ seq }) => seq)),
  bigints(notices.map(({ messageId }) => messageId)),
];

/**
 * `$1` users, `$2` chats, `$3` seqs, `$4` messages, in order, `$5` most users of an event: notes in the log of changes that
 * they are to be told, once, whoever does it again.
 */
export const noteDue = statement.count({
  name: 'due.note',
  text: `
    WITH told AS (
      INSERT INTO due_notifications AS t ("userId", "chatId", seq, "messageId")
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
      ON CONFLICT ("userId", "chatId") DO UPDATE
        SET seq = EXCLUDED.seq, "messageId" = EXCLUDED."messageId", "againAt" = NULL, at = clock_timestamp()
        WHERE t.seq < EXCLUDED.seq OR t."againAt" IS NOT NULL
      RETURNING "userId", "chatId", seq, "messageId"
    ), parts AS (
      SELECT *, (row_number() OVER (PARTITION BY "messageId" ORDER BY "userId") - 1) / $5 AS part FROM told
    )
    SELECT ${noteDetails('notification.due', {
      chat: '"chatId"',
      version: 'seq',
      message: '"messageId"',
      details: `jsonb_build_object('userIds', jsonb_agg("userId" ORDER BY "userId"))`,
    })}
    FROM parts GROUP BY "chatId", seq, "messageId", part ORDER BY "chatId", seq, part`,
  values: ({ notices, most }: { notices: readonly DueNotice[]; most: number }) => [...columns(notices), most],
});

/** `$1` users, `$2` chats, `$3` seqs, `$4` messages, in order, `$5` milliseconds: looks again then, they are active now. */
export const putOffDue = statement.count({
  name: 'due.putOff',
  text: `
    INSERT INTO due_notifications AS t ("userId", "chatId", seq, "messageId", "againAt")
    SELECT i.*, clock_timestamp() + $5 * interval '1 millisecond'
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS i
    ON CONFLICT ("userId", "chatId") DO UPDATE
      SET seq = EXCLUDED.seq, "messageId" = EXCLUDED."messageId", "againAt" = EXCLUDED."againAt", at = clock_timestamp()
      WHERE t.seq < EXCLUDED.seq OR t."againAt" IS NOT NULL`,
  values: ({ notices, ms }: { notices: readonly DueNotice[]; ms: number }) => [...columns(notices), ms],
});

/** `$1` limit: those whom it is time to look at again. */
export const dueAgain = statement.many({
  name: 'due.again',
  text: `
    SELECT "chatId", "userId", seq FROM due_notifications
    WHERE "againAt" <= clock_timestamp() ORDER BY "againAt" LIMIT $1`,
  values: (most: number) => [most],
  row: ([chatId, userId, lastSeq]: [number, number, number]): Stretch => ({
    chatId,
    userId,
    firstSeq: 0,
    lastSeq,
  }),
});

/** `$1` users, `$2` chats: looks at them no more until there is something new. */
export const dropDue = statement.count({
  name: 'due.drop',
  text: `
    DELETE FROM due_notifications t USING (
      SELECT "userId", "chatId" FROM due_notifications
      WHERE ("userId", "chatId") IN (SELECT * FROM unnest($1::bigint[], $2::bigint[])) AND "againAt" <= clock_timestamp()
      ORDER BY 1, 2 FOR UPDATE
    ) d WHERE t."userId" = d."userId" AND t."chatId" = d."chatId"`,
  values: (all: readonly { userId: number; chatId: number }[]) => [
    bigints(all.map(({ userId }) => userId)),
    bigints(all.map(({ chatId }) => chatId)),
  ],
});

/** Somebody who is to be told, as the application needs them to write to them. */
export interface DuePerson {
  userId: number;
  externalId: string | null;
  name: string | null;
  unreadCount: number;
  isMentioned: boolean;
}

/** `$1` message, `$2` users: those among them who are still to be told of it. */
export const stillDue = statement.many({
  name: 'due.stillDue',
  text: `
    SELECT m."userId", p."externalId", p.name, ${unreadOf('c', 'm')}, ${IS_MENTIONED}
    FROM messages x
    CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = x."chatId" LIMIT 1) c
    JOIN chat_members m ON m."chatId" = x."chatId" AND m."userId" = ANY($2::bigint[])
    CROSS JOIN LATERAL (SELECT "externalId", name FROM users WHERE id = m."userId" LIMIT 1) p
    WHERE x.id = $1 AND ${IS_UNREAD} AND ${MAY_BE_TOLD}
    ORDER BY m."userId"`,
  values: ({ messageId, userIds }: { messageId: number; userIds: readonly number[] }) => [
    messageId,
    bigints(userIds),
  ],
  row: ([userId, externalId, name, unreadCount, isMentioned]: [
    number,
    string | null,
    string | null,
    number,
    boolean,
  ]): DuePerson => ({ userId, externalId, name, unreadCount, isMentioned }),
});

/** `$1` days, `$2` limit: forgets who was told so long ago. */
export const forgetDue = statement.count({
  name: 'due.forget',
  text: `
    DELETE FROM due_notifications WHERE ("userId", "chatId") IN (
      SELECT "userId", "chatId" FROM due_notifications WHERE at < clock_timestamp() - make_interval(days => $1)
      ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    )`,
  values: ({ days, most }: { days: number; most: number }) => [days, most],
});
