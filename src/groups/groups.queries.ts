import { type NotedEvent, noteEvents } from '../changes/note-change.js';
import { bigints } from '../database/binary-array.js';
import { chatColumns, type ChatRow, chatRow } from '../database/models/chat.model.js';
import type { Role } from '../database/models/chat-member.model.js';
import { statement } from '../database/statement.js';

/** The fields of a group that can be changed. */
export type GroupFields = Pick<
  ChatRow,
  | 'title'
  | 'avatarUrl'
  | 'metadata'
  | 'historyVisible'
  | 'sending'
  | 'slowModeSeconds'
  | 'addMembers'
  | 'visibility'
>;

interface NewGroup extends GroupFields {
  memberCount: number;
  /** The creator's id and idempotency key; null: no key. */
  creationKey: string | null;
  externalId: string | null;
}

interface Stamp {
  chatId: number;
  events: readonly NotedEvent[];
  ofMembers: boolean;
  ofRules: boolean;
  memberCount: number;
}

interface Joining {
  chatId: number;
  userIds: readonly number[];
  ownerId: number | null;
  lastSeq: number;
  seesAfter: number;
  version: number;
}

const membersOf = ({ chatId, userIds }: { chatId: number; userIds: readonly number[] }) => [
  chatId,
  bigints(userIds),
];

/** `$1` chat, `$2` users: the members among them. The answer stays right while the chat is locked. */
export const membersAmong = statement.many({
  name: 'groups.membersAmong',
  text: `
    SELECT "userId", role, "seesAfter", "silencedUntil" FROM chat_members
    WHERE "chatId" = $1 AND "userId" = ANY($2::bigint[])`,
  values: membersOf,
  row: ([userId, role, seesAfter, silencedUntil]: [number, Role, number, string | null]) => ({
    userId,
    role,
    seesAfter,
    silencedUntil,
  }),
});

/** `$1` chat, `$2` users: locks their memberships. */
export const lockMembers = statement.count({
  name: 'groups.lockMembers',
  text: `
    SELECT "userId" FROM chat_members WHERE "chatId" = $1 AND "userId" = ANY($2::bigint[])
    ORDER BY "userId" FOR UPDATE`,
  values: membersOf,
});

/**
 * `$1` chat, `$2` number of versions that the change takes, `$3` whether members or roles change, `$4` number of
 * members after it, `$5` whether a rule about writing changes, `$6` what is noted in the log of changes: the chat after the
 * change.
 */
export const stampGroup = statement.oneOrNone({
  name: 'groups.stamp',
  text: `
    UPDATE chats c SET version = c.version + $2::int, "memberCount" = $4::int,
      "membersVersion" = c."membersVersion" + CASE WHEN $3::boolean THEN $2::int ELSE 0 END,
      "membersChangedAt" = CASE WHEN $3::boolean THEN clock_timestamp() ELSE c."membersChangedAt" END,
      "rulesVersion" = c."rulesVersion" + $5::boolean::int
    WHERE c.id = $1
    RETURNING ${chatColumns.of('c')}, ${noteEvents({ chat: 'c.id', version: 'c.version - $2::int', events: '$6' })}`,
  values: ({ chatId, events, ofMembers, memberCount, ofRules }: Stamp) => [
    chatId,
    events.length,
    ofMembers,
    memberCount,
    ofRules,
    JSON.stringify(events),
  ],
  row: chatRow,
});

/**
 * `$1` title, `$2` avatar, `$3` metadata, `$4` history, `$5` number of members, `$6` key or null, `$7` who sends, `$8`
 * seconds of slow mode, `$9` who adds members, `$10` externalId or null, `$11` visibility: the new group. No row when a
 * group with that key or a chat with that externalId exists.
 */
export const insertGroup = statement.oneOrNone({
  name: 'groups.insert',
  text: `
    INSERT INTO chats AS c (type, title, "avatarUrl", metadata, "historyVisible", "memberCount", "creationKey",
      "membersChangedAt", sending, "slowModeSeconds", "addMembers", "externalId", visibility)
    VALUES ('group', $1, $2, $3::jsonb, $4, $5, $6, clock_timestamp(), $7, $8, $9, $10, $11)
    ON CONFLICT DO NOTHING
    RETURNING ${chatColumns.of('c')}`,
  values: (group: NewGroup) => [
    group.title,
    group.avatarUrl,
    JSON.stringify(group.metadata),
    group.historyVisible,
    group.memberCount,
    group.creationKey,
    group.sending,
    group.slowModeSeconds,
    group.addMembers,
    group.externalId,
    group.visibility,
  ],
  row: chatRow,
});

/** `$1` key: the group that was created with it. */
export const groupByKey = statement.oneOrNone({
  name: 'groups.byKey',
  text: `SELECT ${chatColumns.of('c')} FROM chats c WHERE c."creationKey" = $1`,
  values: (creationKey: string) => [creationKey],
  row: chatRow,
});

/**
 * `$1` chat, `$2` users who are not members, `$3` the owner among them or null, `$4` the chat's last seq, `$5` the seq
 * after which they see messages, `$6` the chat's version at which they join: the users who exist, as members.
 *
 * Who was silenced when they left still is, and slow mode goes on for them.
 *
 * Earlier messages do not count as unread for them, and not as read by them either. The chat is locked, or new.
 */
export const insertMembers = statement.many({
  name: 'groups.insertMembers',
  text: `
    WITH left_before AS (
      DELETE FROM chat_restrictions
      WHERE "chatId" = $1 AND "userId" = ANY($2::bigint[]) AND "bannedAt" IS NULL RETURNING *
    )
    INSERT INTO chat_members ("chatId", "userId", role, "unreadSeq", "sentBefore", "seesAfter", version, "joinedAt",
      "silencedUntil", "lastSentAt")
    SELECT $1, u.id, CASE u.id WHEN $3::bigint THEN 'owner' ELSE 'member' END, $4::bigint,
      (SELECT "noteCount" FROM chats WHERE id = $1), $5::bigint, $6::bigint, (SELECT clock_timestamp()),
      r."silencedUntil", r."lastSentAt"
    FROM users u LEFT JOIN left_before r ON r."userId" = u.id
    WHERE u.id = ANY($2::bigint[]) ORDER BY u.id
    RETURNING "userId", "joinedAt", "silencedUntil"`,
  values: (joining: Joining) => [
    joining.chatId,
    bigints(joining.userIds),
    joining.ownerId,
    joining.lastSeq,
    joining.seesAfter,
    joining.version,
  ],
  row: ([userId, joinedAt, silencedUntil]: [number, string, string | null]) => ({
    userId,
    joinedAt,
    silencedUntil,
  }),
});

/**
 * `$1` chat, `$2` title, `$3` avatar, `$4` metadata, `$5` history, `$6` who sends, `$7` seconds of slow mode, `$8` who adds
 * members, `$9` visibility: sets them all.
 */
export const setGroupFields = statement.count({
  name: 'groups.setFields',
  text: `
    UPDATE chats SET title = $2, "avatarUrl" = $3, metadata = $4::jsonb, "historyVisible" = $5, sending = $6,
      "slowModeSeconds" = $7, "addMembers" = $8, visibility = $9
    WHERE id = $1`,
  values: ({ chatId, metadata, ...group }: GroupFields & { chatId: number }) => [
    chatId,
    group.title,
    group.avatarUrl,
    JSON.stringify(metadata),
    group.historyVisible,
    group.sending,
    group.slowModeSeconds,
    group.addMembers,
    group.visibility,
  ],
});

/** `$1` chat, `$2` version: counts the chat if it has changed since. */
export const hasChangedSince = statement.count({
  name: 'groups.hasChangedSince',
  text: 'SELECT 1 FROM chats WHERE id = $1 AND version > $2',
  values: ({ chatId, version }: { chatId: number; version: number }) => [chatId, version],
});

/** `$1` chat, `$2` users: those who are not members. */
export const strangersAmong = statement.many({
  name: 'groups.strangersAmong',
  text: `
    SELECT p.id FROM unnest($2::bigint[]) AS p(id)
    WHERE NOT EXISTS (SELECT 1 FROM chat_members m WHERE m."chatId" = $1 AND m."userId" = p.id)`,
  values: membersOf,
  row: ([userId]: [number]) => userId,
});
