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
import type { Settings } from './membership.queries.js';
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
    (SELECT s."seesAfter" FROM chat_members s WHERE s."chatId" = ${chat} AND s."userId" = ${reader}), 0
  )`;

/** The newest message, from the table alias `l`: all null when there is none. */
const lastMessage = `${messageColumns.of('l')}, ${seenBySomebody('l')} AS seen`;

/**
 * SQL: the reader has not deleted the message for themselves. This form looks up each message; with NOT EXISTS the
 * planner may read every message that was ever hidden.
 */
export const notHidden = (message: string, reader: string) => `
  (SELECT 1 FROM hidden_messages h WHERE h."userId" = ${reader} AND h."messageId" = ${message}.id) IS NULL`;

/**
 * The newest message of the chat `c` after a seq that the reader has not deleted for themselves, as `l`. It is nearly
 * always the last of the chat, which one lookup finds. A scan from the end reads a whole index page for its first row.
 */
const newestMessage = (reader: string, after: string) => `
  LEFT JOIN LATERAL (
    (
      SELECT v.* FROM messages v
      WHERE v."chatId" = c.id AND v.seq = c."lastSeq" AND v.seq > ${after} AND ${notHidden('v', reader)}
    ) UNION ALL (
      SELECT v.* FROM messages v
      WHERE v."chatId" = c.id AND v.seq > ${after} AND v.seq < c."lastSeq" AND ${notHidden('v', reader)} AND (
        SELECT ${notHidden('n', reader)} FROM messages n WHERE n."chatId" = c.id AND n.seq = c."lastSeq"
      ) IS NOT TRUE
      ORDER BY v.seq DESC LIMIT 1
    ) LIMIT 1
  ) l ON true`;

/** SQL: the number of messages of others after the member's watermark: all messages minus the member's own. */
export const unreadOf = (chat: string, member: string) => `
  ${chat}."lastSeq" - ${member}."unreadSeq" + ${member}."sentBefore" - CASE ${member}."userId"
    WHEN ${chat}."user1Id" THEN ${chat}."user1Sent"
    WHEN ${chat}."user2Id" THEN ${chat}."user2Sent"
    ELSE ${member}.sent END`;

/** SQL: the number of messages of others after the member's watermark that mention the member. */
export const unreadMentionsOf = (member: string) => `
  (
    SELECT count(*) FROM message_mentions x
    WHERE x."chatId" = ${member}."chatId" AND x."userId" = ${member}."userId" AND x.seq > ${member}."unreadSeq"
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
    SELECT ${chatColumns.of('c')}, ${lastMessage} FROM chats c ${newestMessage('$2', seesAfter('$1', '$2'))}
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
 * List items for the memberships of the user `$1` that match the condition `mine` (membership `m`, chat `c`). Each
 * table is reached by one index lookup for each chat, whatever size the planner assumes.
 */
const listItems = (mine: string) => `
  SELECT ${chatColumns.of('c')}, ${lastMessage}, ${userColumns.of('o')}, o.invisible,
    CASE c."user1Id" WHEN c."userId" THEN c."user2Blocks" ELSE c."user1Blocks" END AS "otherBlocks",
    CASE c."user1Id" WHEN c."userId" THEN c."user2Sent" ELSE c."user1Sent" END > 0 AS "otherHasWritten",
    c.role, c."readSeq", c.unread, c."unreadMentions", c."mutedUntil", c."archivedAt", c."pinnedAt"
  FROM (
    SELECT m."userId", m.role, m."readSeq", m."seesAfter", m."mutedUntil", m."archivedAt", m."pinnedAt",
      ${unreadOf('c', 'm')} AS unread, ${unreadMentionsOf('m')} AS "unreadMentions",
      c."user1Blocks", c."user2Blocks", c."user1Sent", c."user2Sent", ${chatColumns.of('c')}
    FROM chat_members m CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = m."chatId" LIMIT 1) c
    WHERE m."userId" = $1 AND ${mine}
  ) c
  ${newestMessage('$1', 'c."seesAfter"')}
  LEFT JOIN LATERAL (
    SELECT * FROM users u
    WHERE u.id = CASE c."user1Id" WHEN c."userId" THEN c."user2Id" ELSE c."user1Id" END LIMIT 1
  ) o ON true
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

/** `$1` user, `$2`, `$3` activity and id of the chat after which the page begins, `$4` limit. */
export const chatsOfUser = statement.many({
  name: 'chats.ofUser',
  text: listItems(`
    (c."lastActivityAt", c.id) < ($2::timestamptz, $3::bigint)
    ORDER BY c."lastActivityAt" DESC, c.id DESC LIMIT $4`),
  values: ({
    userId,
    activity,
    id,
    most,
  }: {
    userId: number;
    activity: string;
    id: number;
    most: number;
  }) => [userId, activity, id, most],
  row: chatListRow,
});

/** `$1` user, `$2` chat ids: the chats among them of which the user is a member. */
export const chatsOfUserByIds = statement.many({
  name: 'chats.ofUserByIds',
  text: listItems(`m."chatId" = ANY($2::bigint[])`),
  values: ({ userId, chatIds }: { userId: number; chatIds: readonly number[] }) => [userId, bigints(chatIds)],
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
