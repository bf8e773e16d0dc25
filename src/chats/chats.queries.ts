import { bigints } from '../database/binary-array.js';
import type { RowOf } from '../database/columns.js';
import { type ChatCells, chatColumns, type ChatRow, chatRow } from '../database/models/chat.model.js';
import { memberColumns, memberRow, type Role } from '../database/models/chat-member.model.js';
import {
  type MessageCells,
  messageColumns,
  type MessageRow,
  messageRow,
} from '../database/models/message.model.js';
import { type UserCells, userColumns, type UserRow, userRow } from '../database/models/user.model.js';
import { messageSize } from '../messages/model/message-size.js';
import { isThere, type Settings, visibleAfter } from './membership.queries.js';
import { statement } from '../database/statement.js';

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
const newestMessage = (reader: string, after: string) => `
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

/** SQL: how many messages the member has sent. */
export const sentOf = (chat: string, member: string) => `CASE ${member}."userId"
    WHEN ${chat}."user1Id" THEN ${chat}."user1Sent"
    WHEN ${chat}."user2Id" THEN ${chat}."user2Sent"
    ELSE ${member}.sent END`;

/** SQL: the number of messages of others after the member's watermark: all messages minus the member's own. */
export const unreadOf = (chat: string, member: string) => `
  ${chat}."lastSeq" - ${member}."unreadSeq" + ${member}."sentBefore" - ${sentOf(chat, member)}`;

/** Most unread mentions that are counted: others decide how many there are, and every list of chats counts them. */
const MOST_MENTIONS = 1_000;

/** SQL: the number of messages of others after the member's watermark that mention the member; at most 1,000. */
export const unreadMentionsOf = (member: string) => `
  (
    SELECT count(*) FROM (
      SELECT 1 FROM message_mentions x
      WHERE x."chatId" = ${member}."chatId" AND x."userId" = ${member}."userId" AND x.seq > ${member}."unreadSeq"
      LIMIT ${MOST_MENTIONS}
    ) x
  )`;

/** The index after the cells of the newest message, which follow the cells of the chat. */
const MESSAGE_END = chatColumns.length + messageColumns.length + 1;

const lastMessageOf = (cells: readonly unknown[]): MessageRow | null => {
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
  text: `
    SELECT ${memberColumns.list} FROM chat_members
    WHERE "chatId" = $1 ORDER BY "joinedAt", "userId" LIMIT $2`,
  values: ({ chatId, most }: { chatId: number; most: number }) => [chatId, most],
  row: memberRow,
});

/**
 * List items for the memberships of the user `$1` that match the condition `mine` (membership `m`, chat `c`), up to so
 * many bytes of their newest messages and metadata: the chat that exceeds them is the last, and the messages of the
 * others are measured and not read. Each table is reached by one index lookup for each chat, whatever size the planner
 * assumes.
 */
const listItems = (mine: string, bytes: string) => `
  SELECT ${chatColumns.of('c')}, ${lastMessage}, ${userColumns.of('o')}, o.invisible,
    CASE c."user1Id" WHEN c."userId" THEN c."user2Blocks" ELSE c."user1Blocks" END AS "otherBlocks",
    CASE c."user1Id" WHEN c."userId" THEN c."user2Sent" ELSE c."user1Sent" END > 0 AS "otherHasWritten",
    c.role, c."readSeq", c.unread, c."unreadMentions", c."mutedUntil", c."archivedAt", c."pinnedAt"
  FROM (
    SELECT c.*, sum(c.size) OVER (ORDER BY c."lastActivityAt" DESC, c.id DESC ROWS UNBOUNDED PRECEDING) AS total
    FROM (
      SELECT c.*, m.id AS "lastId", octet_length(c.metadata::text) + COALESCE(${messageSize}, 0) AS size
      FROM (
        SELECT m."userId", m.role, m."readSeq", ${visibleAfter('m')} AS "seesAfter", m."mutedUntil", m."archivedAt", m."pinnedAt",
          ${unreadOf('c', 'm')} AS unread, ${unreadMentionsOf('m')} AS "unreadMentions",
          c."user1Blocks", c."user2Blocks", c."user1Sent", c."user2Sent", ${chatColumns.of('c')}
        FROM chat_members m CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = m."chatId" LIMIT 1) c
        WHERE m."userId" = $1 AND ${isThere('c', 'm')} AND ${mine}
      ) c
      LEFT JOIN LATERAL ${newestMessage('$1', 'c."seesAfter"')} m ON true
    ) c
  ) c
  LEFT JOIN LATERAL (SELECT * FROM messages WHERE id = c."lastId" LIMIT 1) l ON true
  LEFT JOIN LATERAL (
    SELECT * FROM users u
    WHERE u.id = CASE c."user1Id" WHEN c."userId" THEN c."user2Id" ELSE c."user1Id" END LIMIT 1
  ) o ON true
  WHERE c.total - c.size <= ${bytes}
  ORDER BY c."lastActivityAt" DESC, c.id DESC`;

/** A chat in a user's list. */
export interface ChatListRow {
  chat: ChatRow;
  lastMessage: MessageRow | null;
  /** The other user of a direct chat. */
  other: UserRow | null;
  /** Whether the other user appears offline to everyone. */
  otherIsInvisible: boolean | null;
  /** Whether the other user blocks the reader. */
  otherBlocks: boolean;
  /** Whether the other user has written in the chat. */
  otherHasWritten: boolean;
  member: Settings &
    Pick<RowOf<typeof memberColumns>, 'role' | 'readSeq'> & { unread: number; unreadMentions: number };
}

const OTHER_END = MESSAGE_END + userColumns.length;

type ListItemCells = [
  invisible: boolean | null,
  otherBlocks: boolean,
  otherHasWritten: boolean,
  role: Role,
  readSeq: number,
  unread: number,
  unreadMentions: number,
  mutedUntil: string | null,
  archivedAt: string | null,
  pinnedAt: string | null,
];

const chatListRow = (cells: readonly unknown[]): ChatListRow => {
  const other = cells.slice(MESSAGE_END, OTHER_END);
  const [
    otherIsInvisible,
    otherBlocks,
    otherHasWritten,
    role,
    readSeq,
    unread,
    unreadMentions,
    mutedUntil,
    archivedAt,
    pinnedAt,
  ] = cells.slice(OTHER_END) as ListItemCells;
  return {
    chat: chatRow(cells as unknown as ChatCells),
    lastMessage: lastMessageOf(cells),
    other: other[0] === null ? null : userRow(other as UserCells),
    otherIsInvisible,
    otherBlocks,
    otherHasWritten,
    member: { role, readSeq, unread, unreadMentions, mutedUntil, archivedAt, pinnedAt },
  };
};

/** `$1` user, `$2`, `$3` activity and id of the chat after which the page begins, `$4` limit, `$5` bytes. */
export const chatsOfUser = statement.many({
  name: 'chats.ofUser',
  text: listItems(
    `
    (c."lastActivityAt", c.id) < ($2::timestamptz, $3::bigint)
    ORDER BY c."lastActivityAt" DESC, c.id DESC LIMIT $4`,
    '$5',
  ),
  values: ({
    userId,
    activity,
    id,
    most,
    bytes,
  }: {
    userId: number;
    activity: string;
    id: number;
    most: number;
    bytes: number;
  }) => [userId, activity, id, most, bytes],
  row: chatListRow,
});

/** `$1` user, `$2` chat ids, `$3` bytes: the chats among them of which the user is a member, as many as fit. */
export const chatsOfUserByIds = statement.many({
  name: 'chats.ofUserByIds',
  text: listItems(`m."chatId" = ANY($2::bigint[])`, '$3'),
  values: ({ userId, chatIds, bytes }: { userId: number; chatIds: readonly number[]; bytes: number }) => [
    userId,
    bigints(chatIds),
    bytes,
  ],
  row: chatListRow,
});

/**
 * `$1` chat: deletes it with its memberships and invitations, and returns the `memberIds`, and the `invitedIds` who know
 * of their invitation. `purgeMessages` removes its messages.
 */
export const deleteChat = statement.oneOrNone({
  name: 'chats.delete',
  text: `
    WITH gone AS (DELETE FROM chats WHERE id = $1 RETURNING id, version),
    purge AS (INSERT INTO chat_purges ("chatId") SELECT id FROM gone)
    SELECT id AS "chatId", version + 1 AS version,
      ARRAY(SELECT m."userId" FROM chat_members m WHERE m."chatId" = gone.id) AS "memberIds",
      ARRAY(SELECT i."userId" FROM chat_invitations i WHERE i."chatId" = gone.id AND NOT i.withheld) AS "invitedIds"
    FROM gone`,
  values: (chatId: number) => [chatId],
  row: ([chatId, version, memberIds, invitedIds]: [number, number, number[], number[]]) => ({
    chatId,
    version,
    memberIds,
    invitedIds,
  }),
});
