import { statement } from '../database/statement.js';

/** `$1` a deleted chat, `$2` limit: removes up to that many of its messages and returns how many. */
export const purgeMessages = statement.one({
  name: 'chats.purgeMessages',
  text: `
    WITH gone AS (
      DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE "chatId" = $1 LIMIT $2) RETURNING 1
    )
    SELECT count(*) AS removed FROM gone`,
  values: ({ chatId, most }: { chatId: number; most: number }) => [chatId, most],
  row: ([removed]: [number]) => removed,
});

/** `$1` a deleted chat, `$2` limit: removes up to that many of its mentions. */
export const purgeMentions = statement.count({
  name: 'chats.purgeMentions',
  text: `
    DELETE FROM message_mentions WHERE ("chatId", "userId", seq) IN (
      SELECT "chatId", "userId", seq FROM message_mentions WHERE "chatId" = $1 LIMIT $2
    )`,
  values: ({ chatId, most }: { chatId: number; most: number }) => [chatId, most],
});
