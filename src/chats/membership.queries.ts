import { type ChatRow, type ChatType, chatColumns, chatRow } from '../database/models/chat.model.js';
import { LONGEST_RETRY_AFTER_MS } from '../common/time-bounds.js';
import type { MemberView, NotifyLevel } from '../contract/index.js';
import type { CellsOf } from '../database/columns.js';
import { memberColumns, type Role } from '../database/models/chat-member.model.js';
import { statement } from '../database/statement.js';
import type { Membership } from './access.js';

/** SQL: members, which `members` selects from `chat_members`, with what they are called. */
export const calledMembers = (members: string, order: string) => `
    SELECT ${memberColumns.of('m')}, u.name, u."avatarUrl", u."externalId"
    FROM (${members}) m CROSS JOIN LATERAL (SELECT * FROM users WHERE id = m."userId" LIMIT 1) u
    ORDER BY ${order}`;

export const calledMemberRow = ([
  userId,
  role,
  silencedUntil,
  readSeq,
  deliveredSeq,
  joinedAt,
  name,
  avatarUrl,
  externalId,
]: [
  ...CellsOf<typeof memberColumns>,
  name: string | null,
  avatarUrl: string | null,
  externalId: string | null,
]): MemberView => ({
  userId,
  role,
  silencedUntil,
  readSeq,
  deliveredSeq,
  joinedAt,
  name,
  avatarUrl,
  externalId,
});

/** Members as somebody sees them: the application the externalIds of all, a person their own. */
export function membersShownTo(readerId: number | null, members: readonly MemberView[]): MemberView[] {
  return members.map((one) =>
    readerId === null || one.userId === readerId || one.externalId === null
      ? one
      : { ...one, externalId: null },
  );
}

/** As statements select it: `role` is null when the user is not a member. */
export type MembershipRow = Omit<Membership, 'userId' | 'role'> & { role: Role | null };

/** The columns of `membership`, in order. */
export type MembershipCells = [
  chatId: number,
  type: ChatType,
  user1Id: number | null,
  user2Id: number | null,
  lastSeq: number,
  version: number,
  user1Blocks: boolean,
  user2Blocks: boolean,
  closed: boolean,
  sending: ChatRow['sending'],
  addMembers: ChatRow['addMembers'],
  role: Role | null,
  seesAfter: number,
  silencedUntil: string | null,
  silencedMs: number | null,
];

export const membershipRow = ([
  chatId,
  type,
  user1Id,
  user2Id,
  lastSeq,
  version,
  user1Blocks,
  user2Blocks,
  closed,
  sending,
  addMembers,
  role,
  seesAfter,
  silencedUntil,
  silencedMs,
]: MembershipCells): MembershipRow => ({
  chatId,
  type,
  user1Id,
  user2Id,
  lastSeq,
  version,
  user1Blocks,
  user2Blocks,
  closed,
  sending,
  addMembers,
  role,
  seesAfter,
  silencedUntil,
  silencedMs,
});

/** The first columns of a membership, from the chat `c`. */
export const ofChat =
  'c.id AS "chatId", c.type, c."user1Id", c."user2Id", c."lastSeq", c.version, c."user1Blocks", c."user2Blocks", c.closed, c.sending, c."addMembers"';

/** SQL: the chat is there for the member, who has not deleted it for themselves. Also for rows that are all null. */
export const isThere = (chat: string, member: string) =>
  `(${member}."goneUpTo" >= ${chat}."lastSeq") IS NOT TRUE`;

/**
 * SQL: the chat is in the member's list, who has neither deleted nor cleared it for themselves since its last message.
 */
export const isListed = (chat: string, member: string) =>
  `(GREATEST(${member}."goneUpTo", ${member}."hiddenUpTo") >= ${chat}."lastSeq") IS NOT TRUE`;

/** SQL: the seq after which the member sees messages. */
export const visibleAfter = (member: string) => `GREATEST(${member}."seesAfter", ${member}."clearedSeq")`;

/**
 * SQL: a number that increases with each change of the members, their roles and the rules of the chat. What was read
 * before the chat's lock was got is out of date if it differs then.
 */
export const rulesOf = (chat: string) => `(${chat}."membersVersion" + ${chat}."rulesVersion")`;

/** SQL: the milliseconds until then; null: it is past. At most what a timer of JavaScript waits, 24.8 days. */
export const millisecondsUntil = (moment: string) => `
  CASE WHEN ${moment} > clock_timestamp() THEN
    LEAST(ceil(extract(epoch FROM ${moment} - clock_timestamp()) * 1000), ${LONGEST_RETRY_AFTER_MS})::bigint END`;

/**
 * The other columns of a membership, from the chat `c` and the member `m`, which may be all null. A user for whom the
 * chat is deleted counts as not a member.
 */
export const ofMember = `
  CASE WHEN ${isThere('c', 'm')} THEN m.role END AS role, GREATEST(${visibleAfter('m')}, c."purgedSeq") AS "seesAfter",
  m."silencedUntil", ${millisecondsUntil('m."silencedUntil"')} AS "silencedMs"`;

/** A chat, with a user's role in it (null: not a member), as `authorize` needs it. */
export const membership = (chat: string, person: string) => `
    SELECT ${ofChat}, ${ofMember}
    FROM chats c LEFT JOIN chat_members m ON m."chatId" = c.id AND m."userId" = ${person}
    WHERE c.id = ${chat}`;

/** `$1` chat, `$2` user or null: the chat, with the user's role. */
export const membershipOf = statement.oneOrNone({
  name: 'chats.membershipOf',
  text: membership('$1', '$2'),
  values: ({ chatId, userId }: { chatId: number; userId: number | null }) => [chatId, userId],
  row: membershipRow,
});

/**
 * Every change of a group first locks the row of its chat. So changes of memberships, titles and roles, and the
 * statement that writes messages, run one after the other. Rows of members are locked after it, in the order of their
 * ids, as in the statements that move watermarks: none of these can deadlock.
 */
export const lockChat = statement.oneOrNone({
  name: 'chats.lock',
  text: `SELECT ${chatColumns.of('c')} FROM chats c WHERE c.id = $1 FOR NO KEY UPDATE`,
  values: (chatId: number) => [chatId],
  row: chatRow,
});

/** A member's own settings for a chat. */
export interface Settings {
  mutedUntil: string | null;
  archivedAt: string | null;
  pinnedAt: string | null;
  notify: NotifyLevel | null;
}

interface MembershipChange {
  chatId: number;
  userId: number;
  mutedUntil?: string | null;
  archived?: boolean | null;
  pinned?: boolean | null;
  notify?: NotifyLevel | null;
}

const settingsRow = ([mutedUntil, archivedAt, pinnedAt, notify]: [
  string | null,
  string | null,
  string | null,
  NotifyLevel | null,
]): Settings => ({ mutedUntil, archivedAt, pinnedAt, notify });

/**
 * `$1` chat, `$2` member, `$3` whether to set mutedUntil, `$4` mutedUntil, `$5` archived or null, `$6` pinned or
 * null, `$7` whether to set notify, `$8` notify: the settings after the change.
 */
export const setMembership = statement.oneOrNone({
  name: 'chats.setMembership',
  text: `
    UPDATE chat_members m SET
      "mutedUntil" = CASE WHEN $3::boolean THEN $4::timestamptz ELSE m."mutedUntil" END,
      "archivedAt" = CASE $5::boolean WHEN true THEN COALESCE(m."archivedAt", clock_timestamp())
        WHEN false THEN NULL ELSE m."archivedAt" END,
      "pinnedAt" = CASE $6::boolean WHEN true THEN COALESCE(m."pinnedAt", clock_timestamp())
        WHEN false THEN NULL ELSE m."pinnedAt" END,
      notify = CASE WHEN $7::boolean THEN $8::text ELSE m.notify END,
      "settingsAt" = clock_timestamp()
    WHERE m."chatId" = $1 AND m."userId" = $2
    RETURNING m."mutedUntil", m."archivedAt", m."pinnedAt", m.notify`,
  values: ({ chatId, userId, mutedUntil, archived, pinned, notify }: MembershipChange) => [
    chatId,
    userId,
    mutedUntil !== undefined,
    mutedUntil ?? null,
    archived ?? null,
    pinned ?? null,
    notify !== undefined,
    notify ?? null,
  ],
  row: settingsRow,
});

/**
 * `$1` a direct chat: those of its users whose lists do not have it. `gone`: it does not exist for them, because they
 * deleted it for themselves.
 */
export const absentMembers = statement.many({
  name: 'chats.absentMembers',
  text: `
    SELECT m."userId", NOT (${isThere('c', 'm')}) FROM chats c JOIN chat_members m ON m."chatId" = c.id
    WHERE c.id = $1 AND NOT (${isListed('c', 'm')})`,
  values: (chatId: number) => [chatId],
  row: ([userId, gone]: [number, boolean]) => ({ userId, gone }),
});

/** `$1` chat, `$2` user: the chat is in the user's list again, without what they deleted. */
export const reopenFor = statement.count({
  name: 'chats.reopenFor',
  text: `UPDATE chat_members SET "goneUpTo" = NULL, "hiddenUpTo" = NULL WHERE "chatId" = $1 AND "userId" = $2`,
  values: ({ chatId, userId }: { chatId: number; userId: number }) => [chatId, userId],
});
