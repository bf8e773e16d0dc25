import type { MembershipRow } from '../../chats/access.js';
import { membership, notHidden, seenBySomebody, seesAfter } from '../../chats/chats.queries.js';
import type { Statement } from '../../database/database.js';
import { originalHash } from '../send/send.queries.js';

/** The columns of a message that its view shows, of the table alias `m`. */
export const messageColumns = `
  m.id, m.seq, m.version, m.type, m."senderId", m."clientId", m.content, m."replyToId", m.metadata, m.reactions,
  m."createdAt", m."editedAt", m."deletedAt"`;

/**
 * Members in the order in which they see messages, each with whether they have read further than all before them:
 * who has not, has seen nothing that one of those has not.
 */
const ahead = (members: string) => `
  SELECT "userId", "readSeq", "seesAfter", "readSeq" > COALESCE(max("readSeq") OVER (
    ORDER BY "seesAfter", "readSeq" DESC, "userId" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ), 0) AS ahead
  FROM ${members}`;

/**
 * The watermarks of the chat in `$1` that matter, few of up to a thousand: somebody other than the sender has seen a
 * message if one of these is theirs and past it, and it is after what they see. Should the one ahead be the sender,
 * the one ahead of the rest counts; where all see all, these are the two furthest.
 */
const furthest = `
  marks AS MATERIALIZED (${ahead(`chat_members WHERE "chatId" = $1 AND "readSeq" > "seesAfter"`)}),
  furthest AS MATERIALIZED (
    SELECT * FROM marks WHERE ahead UNION ALL SELECT * FROM (${ahead('marks WHERE NOT ahead')}) rest WHERE ahead
  )`;

/**
 * The first row is the chat's, as {@link ChatOfPage}, and has no message; there is none when there is no such chat. One
 * statement instead of two: a page costs little more than the look at the membership.
 */
const page = (name: string, where: string, order: 'ASC' | 'DESC'): Statement => ({
  name: `messages.${name}`,
  text: `
    WITH ${furthest}
    SELECT row_to_json(chat) AS chat, m.*, false AS seen
    FROM (${membership('$1', '$4')}) chat LEFT JOIN (SELECT ${messageColumns} FROM messages m) m ON false
    UNION ALL
    (SELECT NULL, ${messageColumns},
      EXISTS (
        SELECT 1 FROM furthest f
        WHERE f."userId" IS DISTINCT FROM m."senderId" AND f."readSeq" >= m.seq AND f."seesAfter" < m.seq
      ) AS seen
    FROM messages m WHERE m."chatId" = $1 AND ${where} AND m.seq > ${seesAfter('$1', '$4')}
      AND ${notHidden('m', '$4')}
    ORDER BY m.seq ${order} LIMIT $3)`,
});

/** The first row of a page. */
export interface ChatOfPage {
  chat: MembershipRow;
}

/** `$1` chat, `$2` seq, `$3` at most so many, `$4` who reads or null: the chat, and the nearest before that seq, newest first. */
export const pageBefore = page('pageBefore', 'm.seq < $2', 'DESC');

/** As `pageBefore`: the nearest after that seq, oldest first. */
export const pageAfter = page('pageAfter', 'm.seq > $2', 'ASC');

/** `$1` message ids: the messages with their chats. */
export const messagesByIds: Statement = {
  name: 'messages.byIds',
  text: `
    SELECT ${messageColumns}, c.id AS "chatId", c."user1Id", c."user2Id", ${seenBySomebody('m')} AS seen
    FROM messages m JOIN chats c ON c.id = m."chatId" WHERE m.id = ANY($1::bigint[])`,
};

/**
 * `$1` key, `$2` chat, `$3` content, `$4` metadata or null: the system message that the application has sent with
 * that key, and whether it was sent to that chat and said that.
 */
export const systemMessageByKey: Statement = {
  name: 'messages.systemByKey',
  text: `
    SELECT ${messageColumns}, ${seenBySomebody('m')} AS seen,
      m."chatId" = $2 AND COALESCE(m."originalHash", ${originalHash('m.content', 'm."replyToId"', 'm.metadata')})
        = ${originalHash('$3::text', 'NULL', '$4::jsonb')} AS same
    FROM messages m WHERE m."senderId" IS NULL AND m."clientId" = $1`,
};
