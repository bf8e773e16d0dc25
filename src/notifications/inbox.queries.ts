import { blocks } from '../blocks/blocks.queries.js';
import { notHidden } from '../chats/chats.queries.js';
import { isThere, visibleAfter } from '../chats/membership.queries.js';
import { totalsOf } from '../chats/unread-totals.queries.js';
import type { NotificationKind } from '../contract/index.js';
import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';

/** Most that are counted as unseen: an inbox that nobody looks at must not cost more and more. */
const MOST_UNSEEN = 100;

/** Most entries that a page looks at: those that may not be seen any more are passed over. */
const MOST_LOOKED_AT = 500;

/** Characters of a message that are read for its excerpt: a few more than are shown. */
const READ_CHARACTERS = 200;

/**
 * SQL: FROM and WHERE for entries `n`, which `entries` selects, with their chat `c` and message `x`: those that their user
 * may see now. They are a member, and were since they were added; they see the message, it is there, and it still mentions
 * them or has that reaction; they do not block who has done it. `others` are joins of further tables.
 */
const visible = (entries: string, others = '') => `
    (${entries}) n
    CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = n."chatId" LIMIT 1) c
    CROSS JOIN LATERAL (
      SELECT * FROM chat_members WHERE "chatId" = n."chatId" AND "userId" = n."userId" LIMIT 1
    ) m
    LEFT JOIN LATERAL (SELECT * FROM messages WHERE id = n."messageId" LIMIT 1) x ON true
    ${others}
    WHERE ${isThere('c', 'm')} AND NOT (${blocks('n."userId"', 'n."actorId"')})
      AND CASE WHEN n.kind = 'added' THEN n.about >= m.version
        WHEN x.id IS NULL OR x."deletedAt" IS NOT NULL OR x.seq <= GREATEST(${visibleAfter('m')}, c."purgedSeq")
          OR NOT (${notHidden('x', 'n."userId"')}) THEN false
        WHEN n.kind = 'mention' THEN EXISTS (
          SELECT 1 FROM message_mentions v
          WHERE v."chatId" = n."chatId" AND v."userId" IN (n."userId", 0) AND v.seq = x.seq
        )
        WHEN n.kind = 'reaction' THEN EXISTS (
          SELECT 1 FROM message_reactions r WHERE r."messageId" = x.id AND r."userId" = n."actorId"
        )
        ELSE true END`;

/**
 * SQL: whether the message of an entry of `visible` was read where it stands: it was sent with the mention or as the reply,
 * and is up to the watermark of the member. A mention that an edit brought may be in a message that was read before it.
 */
const isRead = `(n.kind IN ('mention', 'reply') AND n.at <= x."createdAt" AND x.seq <= m."readSeq") IS TRUE`;

/** SQL: how many of a user's newest entries are not seen; the user is no alias of `visible`. */
const unseenOf = (user: string) => `(
      SELECT count(*) FROM ${visible(`
        SELECT * FROM notifications WHERE "userId" = ${user} AND "seenAt" IS NULL ORDER BY id DESC LIMIT ${MOST_UNSEEN}
      `)} AND NOT ${isRead}
    )`;

/** SQL: the columns of an entry as it is shown, and the person who has done it. It was seen when its message was read, at the latest. */
const shown = `n.id, n.kind, n."chatId", c.title, n."messageId", x.seq, left(x.content, ${READ_CHARACTERS}) AS text,
      CASE WHEN n.kind = 'reaction' THEN (
        SELECT r.emoji FROM message_reactions r WHERE r."messageId" = x.id AND r."userId" = n."actorId"
        ORDER BY r."createdAt" DESC LIMIT 1
      ) END AS emoji, n."actorId", u.name, u."avatarUrl", n.at,
      COALESCE(n."seenAt", CASE WHEN ${isRead} THEN m."watermarksAt" END) AS "seenAt"`;

const actor = 'LEFT JOIN LATERAL (SELECT * FROM users WHERE id = n."actorId" LIMIT 1) u ON true';

type ShownCells = [
  id: number,
  kind: NotificationKind,
  chatId: number,
  chatTitle: string | null,
  messageId: number | null,
  seq: number | null,
  text: string | null,
  emoji: string | null,
  actorId: number | null,
  name: string | null,
  avatarUrl: string | null,
  at: string,
  seenAt: string | null,
];

const shownRow = ([
  id,
  kind,
  chatId,
  chatTitle,
  messageId,
  seq,
  text,
  emoji,
  actorId,
  name,
  avatarUrl,
  at,
  seenAt,
]: ShownCells) => ({
  id,
  kind,
  chatId,
  chatTitle,
  messageId,
  seq,
  text,
  emoji,
  actor: actorId === null ? null : { userId: actorId, name, avatarUrl },
  at,
  seenAt,
});

/** An entry that its user may see. */
export type ShownRow = ReturnType<typeof shownRow>;

interface Page {
  userId: number;
  before: number | null;
  kind: NotificationKind | null;
  most: number;
}

/** SQL: what a page looks at. `$1` user, `$2` entry before which it begins or null, `$3` kind or null. */
const lookedAt = `
      SELECT * FROM notifications
      WHERE "userId" = $1 AND id < COALESCE($2::bigint, 9223372036854775807) AND ($3::text IS NULL OR kind = $3::text)
      ORDER BY id DESC LIMIT ${MOST_LOOKED_AT}`;

/** As `lookedAt`, `$4` limit: the newest of them that the user may see. */
export const inboxPage = statement.many({
  name: 'notifications.page',
  text: `SELECT ${shown} FROM ${visible(lookedAt, actor)} ORDER BY n.id DESC LIMIT $4`,
  values: ({ userId, before, kind, most }: Page) => [userId, before, kind, most],
  row: shownRow,
});

/** As `lookedAt`: the oldest one, if there may be older ones. */
export const endOfLook = statement.oneOrNone({
  name: 'notifications.endOfLook',
  text: `SELECT min(id) FROM (${lookedAt}) n HAVING count(*) >= ${MOST_LOOKED_AT}`,
  values: ({ userId, before, kind }: Page) => [userId, before, kind],
  row: ([id]: [number]) => id,
});

/** `$1` user: how many of their newest entries are not seen, at most 100. */
export const unseenCount = statement.one({
  name: 'notifications.unseen',
  text: `SELECT ${unseenOf('$1::bigint')}`,
  values: (userId: number) => [userId],
  row: ([unseen]: [number]) => unseen,
});

/** `$1` entries: those that their users may see, each with its user, how many of theirs are not seen, and their unread messages. */
export const entriesToTell = statement.many({
  name: 'notifications.toTell',
  text: `
    WITH told AS MATERIALIZED (
      SELECT n."userId", ${shown}
      FROM ${visible(
        `SELECT e.* FROM unnest($1::bigint[]) AS i(id)
         CROSS JOIN LATERAL (SELECT * FROM notifications WHERE id = i.id LIMIT 1) e`,
        actor,
      )}
    ), people AS MATERIALIZED (
      SELECT p."userId", ${unseenOf('p."userId"')} AS unseen, u.total, u.unmuted
      FROM (SELECT DISTINCT "userId" FROM told) p CROSS JOIN LATERAL (${totalsOf('p."userId"')}) u
    )
    SELECT p.unseen, p.total, p.unmuted, t.* FROM told t JOIN people p ON p."userId" = t."userId" ORDER BY t.id`,
  values: (ids: readonly number[]) => [bigints(ids)],
  row: ([unseen, total, totalUnmuted, userId, ...cells]: [
    unseen: number,
    total: number,
    totalUnmuted: number,
    userId: number,
    ...ShownCells,
  ]) => ({
    userId,
    counts: { unseen, total, totalUnmuted },
    entry: shownRow(cells),
  }),
});

interface UpTo {
  userId: number;
  upToId: number;
  most: number;
}

/** `$1` user, `$2` entry, `$3` limit: the newest ones up to it that were not seen are; how many it were. */
export const markSeenUpTo = statement.count({
  name: 'notifications.markSeen',
  text: `
    UPDATE notifications SET "seenAt" = clock_timestamp()
    WHERE id = ANY(ARRAY(
      SELECT id FROM notifications WHERE "userId" = $1 AND id <= $2 AND "seenAt" IS NULL
      ORDER BY id DESC LIMIT $3 FOR NO KEY UPDATE
    )) AND "seenAt" IS NULL`,
  values: ({ userId, upToId, most }: UpTo) => [userId, upToId, most],
});

/** `$1` a deleted chat, `$2` limit: removes entries about it, and skips what others are removing. */
export const removeEntriesOfChat = statement.count({
  name: 'notifications.removeOfChat',
  text: `
    DELETE FROM notifications WHERE id = ANY(ARRAY(
      SELECT id FROM notifications WHERE "chatId" = $1 LIMIT $2 FOR UPDATE SKIP LOCKED
    ))`,
  values: ({ chatId, most }: { chatId: number; most: number }) => [chatId, most],
});

/** `$1` days, `$2` limit: removes entries that are older. */
export const removeOldEntries = statement.count({
  name: 'notifications.removeOld',
  text: `
    DELETE FROM notifications WHERE id = ANY(ARRAY(
      SELECT id FROM notifications WHERE at <= clock_timestamp() - make_interval(days => $1)
      ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    ))`,
  values: ({ days, most }: { days: number; most: number }) => [days, most],
});
