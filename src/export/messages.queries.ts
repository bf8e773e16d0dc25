import { bigints } from '../database/binary-array.js';
import { type CellsOf, columnsOf, type RowOf } from '../database/columns.js';
import { Message } from '../database/models/message.model.js';
import { statement } from '../database/statement.js';
import { messageSize } from '../messages/model/message-size.js';

const columns = columnsOf(
  Message,
  'id',
  'chatId',
  'seq',
  'version',
  'type',
  'senderId',
  'clientId',
  'content',
  'replyToId',
  'metadata',
  'createdAt',
  'editedAt',
  'deletedAt',
);

/** A message, and whether it has reactions. */
export type MessageToExport = RowOf<typeof columns> & { hasReactions: boolean };

type Cells = [hasReactions: boolean, ...CellsOf<typeof columns>];

function messageRow([hasReactions, ...cells]: Cells): MessageToExport {
  const [id, chatId, seq, version, type, senderId, clientId, content, replyToId, metadata, ...times] = cells;
  const [createdAt, editedAt, deletedAt] = times;
  const ids = { id, chatId, seq, version, type, senderId, clientId };
  return { ...ids, content, replyToId, metadata, createdAt, editedAt, deletedAt, hasReactions };
}

/** SQL: those of the messages `found` with whom the page is not larger than `$5` bytes, and the one that exceeds them. */
const withinBytes = (found: string, order: string) => `
    SELECT m.reactions IS NOT NULL, ${columns.of('m')} FROM (
      SELECT m.*, sum(m.size) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS total
      FROM (SELECT m.*, ${messageSize('m')} AS size FROM (${found}) m) m
    ) m WHERE m.total - m.size <= $5 ORDER BY ${order}`;

/** `$1` chat, `$2` seq after which the page begins, `$3` last seq, `$4` limit, `$5` bytes: its messages by seq. */
export const messagesInChat = statement.many({
  name: 'export.messagesInChat',
  text: withinBytes(
    `SELECT * FROM messages WHERE "chatId" = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4`,
    'm.seq',
  ),
  values: (page: { chatId: number; after: number; upTo: number; most: number; bytes: number }) => [
    page.chatId,
    page.after,
    page.upTo,
    page.most,
    page.bytes,
  ],
  row: messageRow,
});

/**
 * `$1` user, `$2` key after which the page begins, `''` at first, `$3` time, `$4` limit, `$5` bytes: the messages that they
 * have sent until then, by key. Every message of a user has one; what the server notes about changes of groups has none.
 */
export const messagesOfUser = statement.many({
  name: 'export.messagesOfUser',
  text: withinBytes(
    `SELECT * FROM messages
        WHERE "senderId" = $1 AND "clientId" IS NOT NULL AND "clientId" > $2 AND "createdAt" <= $3::timestamptz
        ORDER BY "clientId" LIMIT $4`,
    'm."clientId"',
  ),
  values: (page: { userId: number; after: string; at: string; most: number; bytes: number }) => [
    page.userId,
    page.after,
    page.at,
    page.most,
    page.bytes,
  ],
  row: messageRow,
});

/** `$1` message, `$2` number after which the page begins, `$3` limit: what it said earlier, oldest first. */
export const editsAfter = statement.many({
  name: 'export.editsAfter',
  text: `
    SELECT nr, content, at FROM message_edits WHERE "messageId" = $1 AND nr > $2 ORDER BY nr LIMIT $3`,
  values: ({ messageId, after, most }: { messageId: number; after: number; most: number }) => [
    messageId,
    after,
    most,
  ],
  row: ([nr, content, at]: [number, string, string]) => ({ nr, content, at }),
});

export interface ReactionToExport {
  messageId: number;
  emoji: string;
  userId: number;
  createdAt: string;
}

/**
 * `$1` messages, `$2` the first of them, `$3` emoji and `$4` user of it after which the page begins, `$5` limit: reactions to
 * the messages.
 */
export const reactionsTo = statement.many({
  name: 'export.reactionsTo',
  text: `
    SELECT r."messageId", r.emoji, r."userId", r."createdAt" FROM unnest($1::bigint[]) AS i(id)
    CROSS JOIN LATERAL (
      SELECT * FROM message_reactions
      WHERE "messageId" = i.id AND (i.id <> $2 OR (emoji, "userId") > ($3::text, $4::bigint))
      ORDER BY emoji, "userId" LIMIT $5
    ) r
    ORDER BY r."messageId", r.emoji, r."userId" LIMIT $5`,
  values: ({ ids, last, most }: { ids: readonly number[]; last: ReactionToExport | null; most: number }) => [
    bigints(ids),
    last?.messageId ?? 0,
    last?.emoji ?? '',
    last?.userId ?? 0,
    most,
  ],
  row: ([messageId, emoji, userId, createdAt]: [number, string, number, string]): ReactionToExport => ({
    messageId,
    emoji,
    userId,
    createdAt,
  }),
});

/**
 * `$1` user, `$2` message and `$3` emoji after which the page begins, `$4` limit: their reactions. Written as a range of the
 * index by user, as `hiddenOf` is.
 */
export const reactionsOf = statement.many({
  name: 'export.reactionsOf',
  text: `
    SELECT "messageId", emoji, "userId", "createdAt" FROM message_reactions
    WHERE ("userId", "messageId") >= ($1::bigint, $2::bigint) AND "userId" <= $1
      AND ("messageId" > $2 OR emoji > $3::text)
    ORDER BY "userId", "messageId", emoji LIMIT $4`,
  values: ({ userId, last, most }: { userId: number; last: ReactionToExport | null; most: number }) => [
    userId,
    last?.messageId ?? 0,
    last?.emoji ?? '',
    most,
  ],
  row: ([messageId, emoji, userId, createdAt]: [number, string, number, string]): ReactionToExport => ({
    messageId,
    emoji,
    userId,
    createdAt,
  }),
});
