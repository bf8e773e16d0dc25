import { notHidden, seenBySomebody, seesAfter } from '../chats/chats.queries.js';
import type { Statement } from '../database/sql.js';

/** The columns of a message that its view shows, of the table alias `m`. */
export const messageColumns = `
  m.id, m.seq, m.version, m.type, m."senderId", m."clientId", m.content, m."replyToId", m.metadata, m.reactions,
  m."createdAt", m."editedAt", m."deletedAt"`;

/**
 * The watermarks of the chat in `$1` that matter: somebody other than the sender has seen a message if one of them
 * is theirs and past it, and the message after what they see. Of those who see all, the two furthest will do.
 */
const furthest = `
  (
    SELECT "userId", "readSeq", "seesAfter" FROM chat_members WHERE "chatId" = $1 AND "seesAfter" = 0
    ORDER BY "readSeq" DESC LIMIT 2
  )
  UNION ALL
  SELECT "userId", "readSeq", "seesAfter" FROM chat_members
  WHERE "chatId" = $1 AND "seesAfter" > 0 AND "readSeq" > "seesAfter"`;

const page = (name: string, where: string, order: 'ASC' | 'DESC'): Statement => ({
  name: `messages.${name}`,
  text: `
    WITH furthest AS MATERIALIZED (${furthest})
    SELECT ${messageColumns},
      EXISTS (
        SELECT 1 FROM furthest f
        WHERE f."userId" IS DISTINCT FROM m."senderId" AND f."readSeq" >= m.seq AND f."seesAfter" < m.seq
      ) AS seen
    FROM messages m WHERE m."chatId" = $1 AND ${where} AND m.seq > ${seesAfter('$1', '$4')}
      AND ${notHidden('m', '$4')}
    ORDER BY m.seq ${order} LIMIT $3`,
});

/** `$1` chat, `$2` seq, `$3` at most so many, `$4` who reads or null: the nearest before that seq, newest first. */
export const pageBefore = page('pageBefore', 'm.seq < $2', 'DESC');

/** `$1` chat, `$2` seq, `$3` at most so many, `$4` who reads or null: the nearest after that seq, oldest first. */
export const pageAfter = page('pageAfter', 'm.seq > $2', 'ASC');

/** `$1` message ids: the messages with their chats. */
export const messagesByIds: Statement = {
  name: 'messages.byIds',
  text: `
    SELECT ${messageColumns}, c.id AS "chatId", c."user1Id", c."user2Id", ${seenBySomebody('m')} AS seen
    FROM messages m JOIN chats c ON c.id = m."chatId" WHERE m.id = ANY($1::bigint[])`,
};
