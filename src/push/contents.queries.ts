import { levelOf, passes } from '../chats/notify-levels.js';
import { totalsOf } from '../chats/unread-totals.queries.js';
import { bigints, texts } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import { isFor, isReached, readUpTo } from '../chats/who-is-told.js';
import type { Told } from './states.queries.js';

/** A message as a push shows it. */
export interface ShownMessage {
  messageId: number;
  isDirect: boolean;
  title: string | null;
  senderId: number | null;
  senderName: string | null;
  content: string;
  /** Whether a message that they have not read, up to this one, mentions them. */
  isMentioned: boolean;
}

/** The entries of the parameters, each with its device, if it still has that token and is still this person's. */
const TOLD = `unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
      WITH ORDINALITY AS i(target, token, "userId", chat, seq, idx)
    CROSS JOIN LATERAL (
      SELECT 1 FROM push_targets WHERE id = i.target AND token = i.token AND "userId" = i."userId" LIMIT 1
    ) t`;

const columns = (told: readonly Told[]) => [
  bigints(told.map(({ target }) => target.id)),
  texts(told.map(({ target }) => target.token)),
  bigints(told.map(({ userId }) => userId)),
  bigints(told.map(({ chatId }) => chatId)),
  bigints(told.map(({ seq }) => seq)),
];

/** SQL: whether a message of the chat of the member `m` with such a seq mentions them. */
const mentioned = (seqs: string) => `EXISTS (
        SELECT 1 FROM message_mentions y
        WHERE y."chatId" = m."chatId" AND y."userId" IN (m."userId", 0) AND ${seqs}
          AND y."senderId" IS DISTINCT FROM m."userId"
      )`;

/**
 * `$1` targets, `$2` their tokens, `$3` users, `$4` chats, `$5` seqs, pairwise: the messages as they are now, of each text the
 * beginning, with the position of the entry, from 1. Without those that are not to be pushed any more, by the same conditions
 * as `recipientsOf`: what is read, deleted or hidden by now, of whom they block, in a chat that they have left or muted, or
 * when there is a newer push.
 */
export const messagesToPush = statement.many({
  name: 'push.messages',
  text: `
    SELECT i.idx, x.id, c.type = 'direct', c.title, x."senderId", u.name, left(x.content, 1000),
      ${mentioned(`y.seq > ${readUpTo('m')} AND y.seq <= i.seq`)}
    FROM ${TOLD}
    CROSS JOIN LATERAL (
      SELECT 1 FROM push_states WHERE "userId" = i."userId" AND "chatId" = i.chat AND "pushedSeq" = i.seq LIMIT 1
    ) s
    CROSS JOIN LATERAL (SELECT * FROM chat_members WHERE "chatId" = i.chat AND "userId" = i."userId" LIMIT 1) m
    CROSS JOIN LATERAL (SELECT type, title FROM chats WHERE id = i.chat LIMIT 1) c
    CROSS JOIN LATERAL (SELECT * FROM messages WHERE "chatId" = i.chat AND seq = i.seq LIMIT 1) x
    LEFT JOIN LATERAL (SELECT name FROM users WHERE id = x."senderId" LIMIT 1) u ON true
    WHERE i.seq > ${readUpTo('m')} AND ${isReached('m')} AND ${isFor('x', 'm')}
      AND ${passes(levelOf('c', 'm'), mentioned('y.seq = i.seq'))}`,
  values: columns,
  row: ([idx, messageId, isDirect, title, senderId, senderName, content, isMentioned]: [
    number,
    number,
    boolean,
    string | null,
    number | null,
    string | null,
    string,
    boolean,
  ]): ShownMessage & { idx: number } => ({
    idx,
    messageId,
    isDirect,
    title,
    senderId,
    senderName,
    content,
    isMentioned,
  }),
});

/** As `messagesToPush`: the positions of those to tell that it was read, because nothing newer of that chat was pushed. */
export const readsToTell = statement.many({
  name: 'push.reads',
  text: `
    SELECT i.idx FROM ${TOLD}
    WHERE (SELECT 1 FROM push_states s WHERE s."userId" = i."userId" AND s."chatId" = i.chat) IS NULL`,
  values: columns,
  row: ([idx]: [number]) => idx,
});

/** As `messagesToPush`, of pushes that say how many more chats there are: the positions of those that no newer one has replaced. */
export const morePushes = statement.many({
  name: 'push.more',
  text: `
    SELECT i.idx FROM ${TOLD}
    CROSS JOIN LATERAL (
      SELECT 1 FROM push_states WHERE "userId" = i."userId" AND "chatId" = i.chat AND "pushedSeq" = i.seq LIMIT 1
    ) s`,
  values: columns,
  row: ([idx]: [number]) => idx,
});

/** `$1` users, `$2` limit: chats of each of which something that was pushed is still unread, the latest first. */
export const unreadPushed = statement.many({
  name: 'push.unreadPushed',
  text: `
    SELECT u.id, (
      SELECT COALESCE(json_agg(p."chatId"), '[]') FROM (
        SELECT s."chatId" FROM push_states s
        CROSS JOIN LATERAL (
          SELECT * FROM chat_members WHERE "chatId" = s."chatId" AND "userId" = s."userId" LIMIT 1
        ) m
        WHERE s."userId" = u.id AND s."pushedSeq" > ${readUpTo('m')}
        ORDER BY s.at DESC, s."chatId" LIMIT $2
      ) p
    )
    FROM unnest($1::bigint[]) AS u(id)`,
  values: ({ userIds, most }: { userIds: readonly number[]; most: number }) => [bigints(userIds), most],
  row: ([userId, chatIds]: [number, number[]]) => ({ userId, chatIds }),
});

/** `$1` users: the number at the icon of the app, `totalUnmuted` of getUnreadCount. */
export const badgesOf = statement.many({
  name: 'push.badges',
  text: `SELECT x.id, b.unmuted FROM unnest($1::bigint[]) AS x(id) CROSS JOIN LATERAL (${totalsOf('x.id')}) b`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: ([userId, badge]: [number, number]) => ({ userId, badge }),
});
