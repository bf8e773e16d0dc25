import type { NotifyLevel } from '../contract/index.js';
import { bigints } from '../database/binary-array.js';
import { quoted, type RowOf } from '../database/columns.js';
import { type ChatCells, chatColumns, type ChatRow, chatRow } from '../database/models/chat.model.js';
import type { memberColumns, Role } from '../database/models/chat-member.model.js';
import { messageColumns, type MessageRow } from '../database/models/message.model.js';
import { type UserCells, userColumns, type UserRow, userRow } from '../database/models/user.model.js';
import { statement } from '../database/statement.js';
import { jsonSize, messageSize } from '../messages/model/message-size.js';
import {
  lastMessageOf,
  MESSAGE_END,
  newestMessage,
  seenBySomebody,
  unreadMentionsOf,
  unreadOf,
} from './chats.queries.js';
import { isListed, type Settings, visibleAfter } from './membership.queries.js';

/** The columns of the newest message `l`, under names that differ from the chat's. */
const asLast = messageColumns.names.map((name) => `l.${quoted(name)} AS "last_${name}"`).join(', ');
const last = messageColumns.names.map((name) => `c."last_${name}"`).join(', ');

/**
 * List items for the memberships of the user `$1` that match the condition `mine` (membership `m`, chat `c`), up to so
 * many bytes of their newest messages and metadata: the chat that exceeds them is the last. Long texts of the chats after
 * it are measured and not read. Each table is reached by one index lookup for each chat, whatever size the planner
 * assumes.
 */
const listItems = (mine: string, bytes: string) => `
  SELECT ${chatColumns.of('c')}, ${last}, c.seen, ${userColumns.of('o')}, o.invisible,
    CASE c."user1Id" WHEN $1 THEN c."user2Blocks" ELSE c."user1Blocks" END AS "otherBlocks",
    CASE c."user1Id" WHEN $1 THEN c."user1Blocks" ELSE c."user2Blocks" END AS "blocksOther",
    p."readSeq" AS "otherReadSeq", p."deliveredSeq" AS "otherDeliveredSeq",
    CASE c."user1Id" WHEN $1 THEN c."user2Sent" ELSE c."user1Sent" END > 0 AS "otherHasWritten",
    c.role, c."silencedUntil", c.silenced, c."readSeq", c."unreadSeq", c.unread, c."unreadMentions", c."mutedUntil", c."archivedAt", c."pinnedAt", c.notify
  FROM (
    SELECT c.*, ${asLast}, ${seenBySomebody('l')} AS seen, s.size,
      sum(s.size) OVER (ORDER BY c."lastActivityAt" DESC, c.id DESC ROWS UNBOUNDED PRECEDING) AS total
    FROM (
      SELECT m.role, m."silencedUntil", COALESCE(m."silencedUntil" > clock_timestamp(), false) AS silenced, m."readSeq", m."unreadSeq", ${visibleAfter('m')} AS "seesAfter", m."mutedUntil", m."archivedAt", m."pinnedAt", m.notify,
        ${unreadOf('c', 'm')} AS unread,
        CASE WHEN c."lastSeq" > m."unreadSeq" THEN ${unreadMentionsOf('m')} ELSE 0 END AS "unreadMentions",
        c."user1Blocks", c."user2Blocks", c."user1Sent", c."user2Sent", ${chatColumns.of('c')}
      FROM chat_members m CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = m."chatId" LIMIT 1) c
      WHERE m."userId" = $1 AND ${isListed('c', 'm')} AND ${mine}
    ) c
    LEFT JOIN LATERAL ${newestMessage('$1', 'c."seesAfter"')} l ON true
    CROSS JOIN LATERAL (SELECT ${jsonSize('c.metadata')} + COALESCE(${messageSize('l')}, 0) AS size) s
  ) c
  LEFT JOIN LATERAL (
    SELECT * FROM users u WHERE u.id = CASE c."user1Id" WHEN $1 THEN c."user2Id" ELSE c."user1Id" END LIMIT 1
  ) o ON true
  LEFT JOIN LATERAL (
    SELECT * FROM chat_members p WHERE p."chatId" = c.id AND p."userId" = o.id LIMIT 1
  ) p ON true
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
  /** Whether the reader blocks the other user. */
  blocksOther: boolean;
  /** The watermarks of the other user of a direct chat. */
  otherReadSeq: number | null;
  otherDeliveredSeq: number | null;
  /** Whether the other user has written in the chat. */
  otherHasWritten: boolean;
  member: Settings &
    Pick<RowOf<typeof memberColumns>, 'role' | 'readSeq'> & {
      silence: { until: string | null; lasts: boolean };
      unreadSeq: number;
      unread: number;
      unreadMentions: number;
    };
}

const OTHER_END = MESSAGE_END + userColumns.length;

type ListItemCells = [
  invisible: boolean | null,
  otherBlocks: boolean,
  blocksOther: boolean,
  otherReadSeq: number | null,
  otherDeliveredSeq: number | null,
  otherHasWritten: boolean,
  role: Role,
  silencedUntil: string | null,
  silenced: boolean,
  readSeq: number,
  unreadSeq: number,
  unread: number,
  unreadMentions: number,
  mutedUntil: string | null,
  archivedAt: string | null,
  pinnedAt: string | null,
  notify: NotifyLevel | null,
];

const chatListRow = (cells: readonly unknown[]): ChatListRow => {
  const other = cells.slice(MESSAGE_END, OTHER_END);
  const [
    otherIsInvisible,
    otherBlocks,
    blocksOther,
    otherReadSeq,
    otherDeliveredSeq,
    otherHasWritten,
    role,
    silencedUntil,
    silenced,
    readSeq,
    unreadSeq,
    unread,
    unreadMentions,
    mutedUntil,
    archivedAt,
    pinnedAt,
    notify,
  ] = cells.slice(OTHER_END) as ListItemCells;
  return {
    chat: chatRow(cells as unknown as ChatCells),
    lastMessage: lastMessageOf(cells),
    other: other[0] === null ? null : userRow(other as UserCells),
    otherIsInvisible,
    otherBlocks,
    blocksOther,
    otherReadSeq,
    otherDeliveredSeq,
    otherHasWritten,
    member: {
      role,
      silence: { until: silencedUntil, lasts: silenced },
      readSeq,
      unreadSeq,
      unread,
      unreadMentions,
      mutedUntil,
      archivedAt,
      pinnedAt,
      notify,
    },
  };
};

/** Which chats of a list are shown; `unread`, `inbox` and `pinned` have no archived ones. */
export type ChatFilter = 'inbox' | 'pinned' | 'archived' | 'unread';

/**
 * `$1` user, `$2`, `$3` activity and id of the chat after which the page begins, `$4` limit, `$5` bytes, `$6` filter or
 * null.
 */
export const chatsOfUser = statement.many({
  name: 'chats.ofUser',
  text: listItems(
    `
    (c."lastActivityAt", c.id) < ($2::timestamptz, $3::bigint) AND CASE $6::text
      WHEN 'archived' THEN m."archivedAt" IS NOT NULL
      WHEN 'inbox' THEN m."archivedAt" IS NULL
      WHEN 'pinned' THEN m."pinnedAt" IS NOT NULL AND m."archivedAt" IS NULL
      WHEN 'unread' THEN m."archivedAt" IS NULL AND ${unreadOf('c', 'm')} > 0
      ELSE true END
    ORDER BY c."lastActivityAt" DESC, c.id DESC LIMIT $4`,
    '$5',
  ),
  values: ({
    userId,
    activity,
    id,
    most,
    bytes,
    filter,
  }: {
    userId: number;
    activity: string;
    id: number;
    most: number;
    bytes: number;
    filter: ChatFilter | null;
  }) => [userId, activity, id, most, bytes, filter],
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
