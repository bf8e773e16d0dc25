import { calledMemberRow, calledMembers } from '../chats/membership.queries.js';
import { bigints } from '../database/binary-array.js';
import type { Role } from '../database/models/chat-member.model.js';
import { statement } from '../database/statement.js';

interface Member {
  chatId: number;
  userId: number;
}

/** `$1` chat, `$2` user id after which the page begins, `$3` limit: members by id. */
export const membersAfter = statement.many({
  name: 'members.after',
  text: calledMembers(
    `SELECT * FROM chat_members WHERE "chatId" = $1 AND "userId" > $2 ORDER BY "userId" LIMIT $3`,
    'm."userId"',
  ),
  values: ({ chatId, after, most }: { chatId: number; after: number; most: number }) => [chatId, after, most],
  row: calledMemberRow,
});

/** `$1` users: what they are called. */
export const namesOf = statement.many({
  name: 'members.namesOf',
  text: `
    SELECT u.id, u.name, u."avatarUrl" FROM unnest($1::bigint[]) WITH ORDINALITY AS i(id, nr)
    JOIN users u ON u.id = i.id ORDER BY i.nr`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: ([userId, name, avatarUrl]: [number, string | null, string | null]) => ({ userId, name, avatarUrl }),
});

/** `$1` chat. */
export const membersVersionOf = statement.oneOrNone({
  name: 'members.versionOf',
  text: `SELECT "membersVersion" FROM chats WHERE id = $1`,
  values: (chatId: number) => [chatId],
  row: ([membersVersion]: [number]) => membersVersion,
});

/** `$1` chat, `$2` its owner: the next owner if they leave, which is the longest-standing admin, else member. */
export const nextOwnerOf = statement.oneOrNone({
  name: 'members.nextOwnerOf',
  text: `
    SELECT "userId" FROM chat_members WHERE "chatId" = $1 AND "userId" <> $2
    ORDER BY role = 'admin' DESC, "joinedAt", "userId" LIMIT 1`,
  values: ({ chatId, userId }: Member) => [chatId, userId],
  row: ([userId]: [number]) => userId,
});

/** `$1` chat: its owner. */
export const ownerOf = statement.oneOrNone({
  name: 'members.ownerOf',
  text: `SELECT "userId" FROM chat_members WHERE "chatId" = $1 AND role = 'owner'`,
  values: (chatId: number) => [chatId],
  row: ([userId]: [number]) => userId,
});

/** `$1` chat, `$2` member, `$3` role. Who becomes an admin or the owner is no longer silenced. */
export const setMemberRole = statement.count({
  name: 'members.setRole',
  text: `UPDATE chat_members SET role = $3,
      "silencedUntil" = CASE $3 WHEN 'member' THEN "silencedUntil" END
    WHERE "chatId" = $1 AND "userId" = $2`,
  values: ({ chatId, userId, role }: Member & { role: Role }) => [chatId, userId, role],
});

/** `$1` chat, `$2` member. A silence, and slow mode, wait for them. */
export const deleteMember = statement.count({
  name: 'members.delete',
  text: `
    WITH gone AS (DELETE FROM chat_members WHERE "chatId" = $1 AND "userId" = $2 RETURNING *)
    INSERT INTO chat_restrictions AS r ("chatId", "userId", "silencedUntil", "lastSentAt")
    SELECT g."chatId", g."userId", g."silencedUntil", g."lastSentAt" FROM gone g JOIN chats c ON c.id = g."chatId"
    WHERE g."silencedUntil" > clock_timestamp()
      OR g."lastSentAt" + c."slowModeSeconds" * interval '1 second' > clock_timestamp()
    ON CONFLICT ("chatId", "userId") DO UPDATE
      SET "silencedUntil" = EXCLUDED."silencedUntil", "lastSentAt" = EXCLUDED."lastSentAt"`,
  values: ({ chatId, userId }: Member) => [chatId, userId],
});

/** `$1` chat, `$2` member, `$3` until when or null: silences them. No row when it is so already. */
export const silence = statement.oneOrNone({
  name: 'members.silence',
  text: `
    UPDATE chat_members SET "silencedUntil" = $3::timestamptz
    WHERE "chatId" = $1 AND "userId" = $2 AND "silencedUntil" IS DISTINCT FROM $3::timestamptz(3)
    RETURNING "silencedUntil"`,
  values: ({ chatId, userId, until }: Member & { until: string | null }) => [chatId, userId, until],
  row: ([silencedUntil]: [string | null]) => ({ silencedUntil }),
});
