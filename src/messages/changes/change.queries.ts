import { seenBySomebody } from '../../chats/chats.queries.js';
import type { Statement } from '../../database/database.js';
import { messageColumns } from '../history/history.queries.js';
import { mentionsIn, originalHash } from '../send/send.queries.js';

/** What is left of what a message said at first, for whoever sends it again. */
const keepOriginal = `
  "originalHash" = COALESCE("originalHash", ${originalHash('content', '"replyToId"', 'metadata')})`;

/**
 * `$1` message, `$2` person or null: locks the message's chat, so that one change of it goes after the other,
 * and says what the person is in it. The membership is read before the lock: `changed` when memberships were
 * changed meanwhile, then it is to be asked again, under the lock that it has now. No row for who is no member:
 * they neither lock nor wait.
 */
export const lockChatOf: Statement = {
  name: 'messages.lockChatOf',
  text: `
    SELECT c.id AS "chatId", c.type, c."user1Id", c."user2Id", c."lastSeq", c.version,
      c."user1Blocks", c."user2Blocks",
      (SELECT m.role FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $2) AS role,
      (SELECT m."seesAfter" FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $2) AS "seesAfter",
      c."membersVersion" <> (SELECT o."membersVersion" FROM chats o WHERE o.id = c.id) AS changed
    FROM chats c WHERE c.id = (SELECT "chatId" FROM messages WHERE id = $1)
      AND ($2::bigint IS NULL OR EXISTS (
        SELECT 1 FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $2
      ))
    FOR NO KEY UPDATE OF c`,
};

/** `$1` message: as its view shows it. */
export const messageById: Statement = {
  name: 'messages.byId',
  text: `
    SELECT ${messageColumns}, ${seenBySomebody('m')} AS seen FROM messages m WHERE m.id = $1`,
};

/** `$1` chat, `$2` seq: members from whom that message is hidden, because it is from before they joined. */
export const notSeenBy: Statement = {
  name: 'messages.notSeenBy',
  text: `SELECT "userId" FROM chat_members WHERE "chatId" = $1 AND "seesAfter" >= $2`,
};

/** `$1` message, `$2` version: the message has changed, and so has its chat. */
export const stampChange: Statement = {
  name: 'messages.stampChange',
  text: `
    WITH stamped AS (
      UPDATE messages m SET version = $2, revised = true WHERE m.id = $1 RETURNING m."chatId"
    )
    UPDATE chats c SET version = $2 FROM stamped s WHERE c.id = s."chatId"`,
};

/** `$1` message: keeps what it says now. */
export const keepEdit: Statement = {
  name: 'messages.keepEdit',
  text: `
    INSERT INTO message_edits ("messageId", nr, content, at)
    SELECT m.id, 1 + (SELECT count(*) FROM message_edits e WHERE e."messageId" = m.id), m.content, clock_timestamp()
    FROM messages m WHERE m.id = $1`,
};

/** `$1` message, `$2` content. */
export const setContent: Statement = {
  name: 'messages.setContent',
  text: `
    UPDATE messages SET ${keepOriginal}, content = $2, "editedAt" = clock_timestamp() WHERE id = $1`,
};

/** `$1` message: empties it, with all that it said before and what people felt about it. */
export const emptyMessage: Statement = {
  name: 'messages.empty',
  text: `
    WITH edits AS (DELETE FROM message_edits WHERE "messageId" = $1),
    reactions AS (DELETE FROM message_reactions WHERE "messageId" = $1),
    mentions AS (
      DELETE FROM message_mentions d USING messages m
      WHERE m.id = $1 AND d."chatId" = m."chatId" AND d.seq = m.seq AND d."userId" = ANY(
        ARRAY(SELECT ${mentionsIn('m.metadata')})
      )
    )
    UPDATE messages SET ${keepOriginal}, content = '', metadata = NULL, reactions = NULL, "deletedAt" = clock_timestamp()
    WHERE id = $1`,
};

/** `$1` person, `$2` message: a row when it was not hidden before. */
export const hideMessage: Statement = {
  name: 'messages.hide',
  text: `
    INSERT INTO hidden_messages ("userId", "messageId", "chatId")
    SELECT $1, m.id, m."chatId" FROM messages m WHERE m.id = $2
    ON CONFLICT DO NOTHING`,
};

/** `$1` message, `$2` at most so many: what it said before, oldest first. */
export const editsOf: Statement = {
  name: 'messages.editsOf',
  text: `SELECT content, at FROM message_edits WHERE "messageId" = $1 ORDER BY nr LIMIT $2`,
};

/**
 * `$1` message, `$2` person or null: its place and its chat, with the person's role (null: no member). In one
 * statement, so that a message that is not theirs takes them no longer than one that is not.
 */
export const placeOf: Statement = {
  name: 'messages.placeOf',
  text: `
    SELECT g.seq, c.id AS "chatId", c.type, c."user1Id", c."user2Id", c."lastSeq", c.version,
      c."user1Blocks", c."user2Blocks", m.role, COALESCE(m."seesAfter", 0) AS "seesAfter"
    FROM messages g JOIN chats c ON c.id = g."chatId"
    LEFT JOIN chat_members m ON m."chatId" = c.id AND m."userId" = $2
    WHERE g.id = $1`,
};
