import { differenceOf, unreadMentionsOf, unreadOf } from '../chats/chats.queries.js';
import { totalsOf } from '../chats/unread-totals.queries.js';
import { isThere } from '../chats/membership.queries.js';
import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import type { Membership } from './receipts.queries.js';

/** `$1` user, `$2` limit: their chats with unread messages, the latest activity first. */
export const chatsWithUnread = statement.many({
  name: 'receipts.chatsWithUnread',
  text: `
    SELECT c.id FROM chat_members m JOIN chats c ON c.id = m."chatId"
    WHERE m."userId" = $1 AND ${isThere('c', 'm')} AND ${unreadOf('c', 'm')} > 0
    ORDER BY c."lastActivityAt" DESC, c.id DESC LIMIT $2`,
  values: ({ userId, most }: { userId: number; most: number }) => [userId, most],
  row: ([chatId]: [number]) => chatId,
});

/**
 * `$1` users and `$2` chats, pairwise: unread messages of the chat, and of all the user's chats. These are added up once
 * for each user, however many of their chats are asked for.
 */
export const unreadCounts = statement.many({
  name: 'receipts.unreadCounts',
  text: `
    WITH pairs AS MATERIALIZED (
      SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS p("userId", "chatId")
    ), totals AS MATERIALIZED (
      SELECT p."userId", t.* FROM (SELECT DISTINCT "userId" FROM pairs) p
      CROSS JOIN LATERAL (${totalsOf('p."userId"')}) t
    )
    SELECT p."userId", p."chatId", COALESCE(u.unread, 0), COALESCE(u.mentions, 0), COALESCE(u."unreadSeq", 0),
      t.total, t.mentions, t.unmuted, t.badge
    FROM pairs p JOIN totals t ON t."userId" = p."userId"
    LEFT JOIN LATERAL (
      SELECT ${unreadOf('c', 'm')} AS unread, ${unreadMentionsOf('m')} AS mentions, m."unreadSeq"
      FROM chat_members m JOIN chats c ON c.id = m."chatId"
      WHERE m."userId" = p."userId" AND m."chatId" = p."chatId" LIMIT 1
    ) u ON true`,
  values: (memberships: readonly Membership[]) => [
    bigints(memberships.map(({ userId }) => userId)),
    bigints(memberships.map(({ chatId }) => chatId)),
  ],
  row: ([userId, chatId, unread, unreadMentions, unreadSeq, total, totalMentions, totalUnmuted, badge]: [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]) => ({ userId, chatId, unread, unreadMentions, unreadSeq, total, totalMentions, totalUnmuted, badge }),
});

/** `$1`, `$2` membership after which the page begins, `$3` limit: both numbers of each, ordered by key. */
export const compareUnread = statement.many({
  name: 'receipts.auditUnread',
  text: `
    SELECT m."chatId", m."userId", ${differenceOf('c', 'm')} AS arithmetic, (
      SELECT count(*) FROM messages n
      WHERE n."chatId" = m."chatId" AND n.seq > m."unreadSeq" AND n."senderId" IS DISTINCT FROM m."userId"
        AND NOT n.quiet
    ) AS counted
    FROM chat_members m JOIN chats c ON c.id = m."chatId"
    WHERE (m."chatId", m."userId") > ($1::bigint, $2::bigint)
    ORDER BY m."chatId", m."userId" LIMIT $3`,
  values: ({ after, most }: { after: Membership; most: number }) => [after.chatId, after.userId, most],
  row: ([chatId, userId, arithmetic, counted]: [number, number, number, number]) => ({
    chatId,
    userId,
    arithmetic,
    counted,
  }),
});
