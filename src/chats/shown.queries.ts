import { bigints, texts } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import { notHidden } from './chats.queries.js';
import { visibleAfter } from './membership.queries.js';

/** Characters of a message that are read for its excerpt: a few more than are shown, to see where the last one ends. */
const READ_CHARACTERS = 200;

/** A message that others reply to, as statements select it. */
export interface RepliedRow {
  messageId: number;
  seq: number;
  senderId: number | null;
  text: string;
  deleted: boolean;
}

/** SQL: the columns of a {@link RepliedRow} as JSON. */
export const repliedJson = (message: string) => `
  json_build_object('messageId', ${message}.id, 'seq', ${message}.seq, 'senderId', ${message}."senderId",
    'text', left(${message}.content, ${READ_CHARACTERS}), 'deleted', ${message}."deletedAt" IS NOT NULL)`;

/**
 * SQL: every member of its chat may see the message: none of them joined after it in a group that hides its history,
 * and none has deleted it, or everything up to it, for themselves.
 */
export const isForAll = (message: string) => `(
  NOT EXISTS (
    SELECT 1 FROM chat_members w WHERE w."chatId" = ${message}."chatId" AND ${visibleAfter('w')} >= ${message}.seq
  ) AND NOT EXISTS (SELECT 1 FROM hidden_messages h WHERE h."messageId" = ${message}.id))`;

const repliedRow = ([row]: [RepliedRow]) => row;

/** `$1` reader or null, `$2` message ids: those of the messages that the reader may see; null may see all. */
export const repliedFor = statement.many({
  name: 'messages.repliedFor',
  text: `
    SELECT ${repliedJson('r')}
    FROM unnest($2::bigint[]) AS i(id) CROSS JOIN LATERAL (SELECT * FROM messages WHERE id = i.id LIMIT 1) r
    LEFT JOIN chat_members m ON m."chatId" = r."chatId" AND m."userId" = $1
    WHERE $1::bigint IS NULL OR (r.seq > ${visibleAfter('m')} AND ${notHidden('r', '$1')})`,
  values: ({ userId, ids }: { userId: number | null; ids: readonly number[] }) => [userId, bigints(ids)],
  row: repliedRow,
});

/** `$1` message ids: those of the messages that every member of their chat may see. */
export const repliedForAll = statement.many({
  name: 'messages.repliedForAll',
  text: `
    SELECT ${repliedJson('r')}
    FROM unnest($1::bigint[]) AS i(id) CROSS JOIN LATERAL (SELECT * FROM messages WHERE id = i.id LIMIT 1) r
    WHERE ${isForAll('r')}`,
  values: (ids: readonly number[]) => [bigints(ids)],
  row: repliedRow,
});

interface Reactions {
  userId: number;
  messageIds: readonly number[];
  emoji: readonly string[];
}

/** SQL: an emoji without the selector of its form, U+FE0F: what tells one reaction from another. */
export const bareEmoji = (emoji: string) => `replace(${emoji}, E'\\uFE0F', '')`;

/** `$1` user, pairwise `$2` messages and `$3` emoji: the reactions among these that are the user's, in whatever form. */
export const ownReactions = statement.many({
  name: 'messages.ownReactions',
  text: `
    SELECT i.message, i.emoji FROM unnest($2::bigint[], $3::text[]) AS i(message, emoji)
    CROSS JOIN LATERAL (
      SELECT FROM message_reactions x WHERE x."messageId" = i.message AND x."userId" = $1
        AND x.emoji = ANY(ARRAY[i.emoji, ${bareEmoji('i.emoji')}, ${bareEmoji('i.emoji')} || E'\\uFE0F']) LIMIT 1
    ) r`,
  values: ({ userId, messageIds, emoji }: Reactions) => [userId, bigints(messageIds), texts(emoji)],
  row: ([messageId, emoji]: [number, string]) => ({ messageId, emoji }),
});
