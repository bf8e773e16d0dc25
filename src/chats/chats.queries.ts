import { type ChatCells, chatColumns, chatRow } from '../database/models/chat.model.js';
import {
  type MessageCells,
  messageColumns,
  type MessageRow,
  messageRow,
} from '../database/models/message.model.js';
import { statement } from '../database/statement.js';
import { calledMemberRow, calledMembers, visibleAfter } from './membership.queries.js';

/**
 * SQL: whether a member other than the sender has seen the message: they have read past it, and it is not from before
 * they joined in a group that hides its history.
 */
export const seenBySomebody = (message: string) => `
  EXISTS (
    SELECT 1 FROM chat_members r
    WHERE r."chatId" = ${message}."chatId" AND r."userId" IS DISTINCT FROM ${message}."senderId"
      AND r."readSeq" >= ${message}.seq AND r."seesAfter" < ${message}.seq
  )`;

/** The seq after which the reader sees the chat's messages. */
export const seesAfter = (chat: string, reader: string) => `
  COALESCE(
    (SELECT ${visibleAfter('s')} FROM chat_members s WHERE s."chatId" = ${chat} AND s."userId" = ${reader}), 0
  )`;

/** The newest message, from the table alias `l`: all null when there is none. */
const lastMessage = `${messageColumns.of('l')}, ${seenBySomebody('l')} AS seen`;

/**
 * SQL: the reader has not deleted the message for themselves. This form looks up each message; with NOT EXISTS the
 * planner may read every message that was ever hidden.
 */
export const notHidden = (message: string, reader: string) => `
  (SELECT 1 FROM hidden_messages h WHERE h."userId" = ${reader} AND h."messageId" = ${message}.id) IS NULL`;

/** Most messages at the end of a chat that are looked at to find one which the reader has not deleted for themselves. */
const MOST_HIDDEN = 1_000;

/**
 * The newest message of the chat `c` after a seq that the reader has not deleted for themselves. It is nearly always
 * the last of the chat, which one lookup finds. A scan from the end reads a whole index page for its first row. It ends
 * after so many hidden messages: then there is no newest message.
 */
export const newestMessage = (reader: string, after: string) => `
  (
    (
      SELECT v.* FROM messages v
      WHERE v."chatId" = c.id AND v.seq = c."lastSeq" AND v.seq > ${after} AND ${notHidden('v', reader)}
    ) UNION ALL (
      SELECT v.* FROM (
        SELECT * FROM messages v
        WHERE v."chatId" = c.id AND v.seq > ${after} AND v.seq < c."lastSeq" AND (
          SELECT ${notHidden('n', reader)} FROM messages n WHERE n."chatId" = c.id AND n.seq = c."lastSeq"
        ) IS NOT TRUE
        ORDER BY v.seq DESC LIMIT ${MOST_HIDDEN}
      ) v WHERE ${notHidden('v', reader)} ORDER BY v.seq DESC LIMIT 1
    ) LIMIT 1
  )`;

/** SQL: how many messages the member has sent, and how many notes the chat has: none of them is ever unread. */
export const uncountedOf = (chat: string, member: string) => `(${chat}."noteCount" + CASE ${member}."userId"
    WHEN ${chat}."user1Id" THEN ${chat}."user1Sent"
    WHEN ${chat}."user2Id" THEN ${chat}."user2Sent"
    ELSE ${member}.sent END)`;

/** SQL: whether a message is never unread for the member: their own, a note, or deleted. */
export const isUncounted = (message: string, userId: string) =>
  `(${message}."senderId" = ${userId} OR ${message}.quiet)`;

/** SQL: `unreadOf` as it is calculated. Below 0 is a fault, which a node of an earlier version can cause for a while. */
export const differenceOf = (chat: string, member: string) => `
  ${chat}."lastSeq" - ${member}."unreadSeq" + ${member}."sentBefore" - ${uncountedOf(chat, member)}`;

/**
 * SQL: the number of messages of others after the member's watermark, without notes and deleted ones: all messages
 * minus those that do not count.
 */
export const unreadOf = (chat: string, member: string) => `GREATEST(0, ${differenceOf(chat, member)})`;

/** Most unread mentions that are counted: others decide how many there are, and every list of chats counts them. */
const MOST_MENTIONS = 1_000;

/** The same for mentions of everybody, whose rows are read one by one. */
const MOST_OF_ALL = 100;

const mentionsAfter = (member: string, user: string) => `
      FROM message_mentions x
      WHERE x."chatId" = ${member}."chatId" AND x."userId" = ${user} AND x.seq > ${member}."unreadSeq"`;

/**
 * SQL: the number of messages of others after the member's watermark that mention the member, or everybody since the
 * member joined; at most 1,000, of everybody the newest 100. The version of a member is that of the change by which they
 * joined, which is no message; or of who cleared the chat that of the next change, which may be one.
 */
export const unreadMentionsOf = (member: string) => `
  (
    SELECT count(*) FROM (
      SELECT 1 FROM (SELECT 1 ${mentionsAfter(member, `${member}."userId"`)} LIMIT ${MOST_MENTIONS}) x
      UNION ALL
      SELECT 1 FROM (
        SELECT x."senderId", x.version ${mentionsAfter(member, '0')} ORDER BY x.seq DESC LIMIT ${MOST_OF_ALL}
      ) x WHERE x."senderId" <> ${member}."userId" AND x.version >= ${member}.version
      LIMIT ${MOST_MENTIONS}
    ) x
  )`;

/** The index after the cells of the newest message, which follow the cells of the chat. */
export const MESSAGE_END = chatColumns.length + messageColumns.length + 1;

export const lastMessageOf = (cells: readonly unknown[]): MessageRow | null => {
  const message = cells.slice(chatColumns.length, MESSAGE_END) as MessageCells | [id: null, ...unknown[]];
  return message[0] === null ? null : messageRow(message);
};

const chatWithMessageRow = (cells: readonly unknown[]) => ({
  chat: chatRow(cells as unknown as ChatCells),
  lastMessage: lastMessageOf(cells),
});

/** `$1` chat, `$2` reader or null: the chat with its newest message. */
export const chatById = statement.oneOrNone({
  name: 'chats.byId',
  text: `
    SELECT ${chatColumns.of('c')}, ${lastMessage} FROM chats c
    LEFT JOIN LATERAL ${newestMessage('$2', seesAfter('$1', '$2'))} l ON true
    WHERE c.id = $1`,
  values: ({ chatId, userId }: { chatId: number; userId: number | null }) => [chatId, userId],
  row: chatWithMessageRow,
});

/** `$1` chat, `$2` limit: the members who joined first. */
export const membersOfChat = statement.many({
  name: 'chats.members',
  text: calledMembers(
    `SELECT * FROM chat_members WHERE "chatId" = $1 ORDER BY "joinedAt", "userId" LIMIT $2`,
    'm."joinedAt", m."userId"',
  ),
  values: ({ chatId, most }: { chatId: number; most: number }) => [chatId, most],
  row: calledMemberRow,
});
