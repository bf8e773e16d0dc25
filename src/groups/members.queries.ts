import type { Statement } from '../database/database.js';

/** `$1` chat, `$2` after this person, `$3` at most so many: members by id. */
export const membersAfter: Statement = {
  name: 'members.after',
  text: `
    SELECT "userId", role, "readSeq", "deliveredSeq", "joinedAt" FROM chat_members
    WHERE "chatId" = $1 AND "userId" > $2 ORDER BY "userId" LIMIT $3`,
};

/** `$1` chat. */
export const membersVersionOf: Statement = {
  name: 'members.versionOf',
  text: `SELECT "membersVersion" FROM chats WHERE id = $1`,
};

/** `$1` chat, `$2` who owns it: who owns it when they are gone, the longest-standing admin, else member. */
export const heirOf: Statement = {
  name: 'members.heirOf',
  text: `
    SELECT "userId" FROM chat_members WHERE "chatId" = $1 AND "userId" <> $2
    ORDER BY role = 'admin' DESC, "joinedAt", "userId" LIMIT 1`,
};

/** `$1` chat: who owns it. */
export const ownerOf: Statement = {
  name: 'members.ownerOf',
  text: `SELECT "userId" FROM chat_members WHERE "chatId" = $1 AND role = 'owner'`,
};

/** `$1` chat, `$2` member, `$3` role. */
export const setMemberRole: Statement = {
  name: 'members.setRole',
  text: `UPDATE chat_members SET role = $3 WHERE "chatId" = $1 AND "userId" = $2`,
};

/** `$1` chat, `$2` member. */
export const deleteMember: Statement = {
  name: 'members.delete',
  text: `DELETE FROM chat_members WHERE "chatId" = $1 AND "userId" = $2`,
};

/**
 * `$1` chat, `$2` member, `$3` whether to set mutedUntil, `$4` mutedUntil, `$5` archived or null, `$6` pinned or
 * null: their settings after it.
 */
export const setMembership: Statement = {
  name: 'members.setMembership',
  text: `
    UPDATE chat_members m SET
      "mutedUntil" = CASE WHEN $3::boolean THEN $4::timestamptz ELSE m."mutedUntil" END,
      "archivedAt" = CASE $5::boolean WHEN true THEN COALESCE(m."archivedAt", clock_timestamp())
        WHEN false THEN NULL ELSE m."archivedAt" END,
      "pinnedAt" = CASE $6::boolean WHEN true THEN COALESCE(m."pinnedAt", clock_timestamp())
        WHEN false THEN NULL ELSE m."pinnedAt" END,
      "settingsAt" = clock_timestamp()
    WHERE m."chatId" = $1 AND m."userId" = $2
    RETURNING m."mutedUntil", m."archivedAt", m."pinnedAt"`,
};
