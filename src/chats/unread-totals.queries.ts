import { statement } from '../database/statement.js';
import { unreadMentionsOf, unreadOf } from './chats.queries.js';

/** Unread messages of all chats of a user. */
export interface Totals {
  total: number;
  totalMentions: number;
  totalUnmuted: number;
  badge: number;
}

/**
 * SQL: the `total`, `mentions`, `unmuted` and `badge` of a user. Mentions are looked up in chats with unread messages only: others
 * have none.
 */
export const totalsOf = (user: string) => `
      SELECT COALESCE(sum(x.unread), 0)::bigint AS total, COALESCE(sum(x.mentions), 0)::bigint AS mentions,
        COALESCE(sum(CASE WHEN x.archived OR x.muted THEN 0 ELSE x.unread END), 0)::bigint AS unmuted,
        COALESCE(sum(CASE WHEN x.archived THEN 0 WHEN x.muted THEN x.mentions ELSE x.unread END), 0)::bigint AS badge
      FROM (
        SELECT n.unread, n.muted, n.archived, CASE WHEN n.unread > 0 THEN ${unreadMentionsOf('n')} ELSE 0 END AS mentions
        FROM (
          SELECT m."chatId", m."userId", m."unreadSeq", m.version, ${unreadOf('c', 'm')} AS unread,
            m."archivedAt" IS NOT NULL AS archived, (m."mutedUntil" > now()) IS TRUE AS muted
          FROM chat_members m JOIN chats c ON c.id = m."chatId" WHERE m."userId" = ${user}
        ) n
      ) x`;

/** `$1` user: unread messages of all their chats. */
export const unreadTotals = statement.one({
  name: 'chats.unreadTotals',
  text: totalsOf('$1'),
  values: (userId: number) => [userId],
  row: ([total, totalMentions, totalUnmuted, badge]: [number, number, number, number]): Totals => ({
    total,
    totalMentions,
    totalUnmuted,
    badge,
  }),
});
