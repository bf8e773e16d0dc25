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

/** `$1` chat, `$2` member, `$3` role. */
export const setMemberRole = statement.count({
  name: 'members.setRole',
  text: `UPDATE chat_members SET role = $3 WHERE "chatId" = $1 AND "userId" = $2`,
  values: ({ chatId, userId, role }: Member & { role: Role }) => [chatId, userId, role],
});

/** `$1` chat, `$2` member. */
export const deleteMember = statement.count({
  name: 'members.delete',
  text: `DELETE FROM chat_members WHERE "chatId" = $1 AND "userId" = $2`,
  values: ({ chatId, userId }: Member) => [chatId, userId],
});
