import type { InvitedGroupView } from '../contract/index.js';
import { inviteColumns, inviteRow } from '../database/models/chat-invite.model.js';
import { statement } from '../database/statement.js';

/** SQL: the invitation leads into its group. */
const isOpen = (invite: string) =>
  `((${invite}."expiresAt" > clock_timestamp()) IS NOT FALSE AND (${invite}.uses < ${invite}."maxUses") IS NOT FALSE)`;

interface NewInvite {
  chatId: number;
  codeHash: Buffer;
  /** null: the application. */
  createdBy: number | null;
  expiresAt: string | null;
  maxUses: number | null;
}

/** `$1` group, `$2` hash of the code, `$3` who makes it or null, `$4` when it expires or null, `$5` most uses or null. */
export const insertInvite = statement.one({
  name: 'groups.insertInvite',
  text: `
    INSERT INTO chat_invites AS i ("chatId", "codeHash", "createdBy", "expiresAt", "maxUses")
    VALUES ($1, $2, $3, $4, $5) RETURNING ${inviteColumns.of('i')}`,
  values: ({ chatId, codeHash, createdBy, expiresAt, maxUses }: NewInvite) => [
    chatId,
    codeHash,
    createdBy,
    expiresAt,
    maxUses,
  ],
  row: inviteRow,
});

/** `$1` group: how many invitations it has, open or not. The answer stays right while the group is locked. */
export const countInvites = statement.one({
  name: 'groups.countInvites',
  text: `SELECT count(*) FROM chat_invites WHERE "chatId" = $1`,
  values: (chatId: number) => [chatId],
  row: ([count]: [number]) => count,
});

/** `$1` group: deletes the invitations that lead nowhere any more, and counts them. */
export const dropClosedInvites = statement.count({
  name: 'groups.dropClosedInvites',
  text: `DELETE FROM chat_invites i WHERE i."chatId" = $1 AND NOT ${isOpen('i')}`,
  values: (chatId: number) => [chatId],
});

/** `$1` group: its invitations, the newest first. */
export const invitesOf = statement.many({
  name: 'groups.invitesOf',
  text: `SELECT ${inviteColumns.of('i')} FROM chat_invites i WHERE i."chatId" = $1 ORDER BY i.id DESC`,
  values: (chatId: number) => [chatId],
  row: inviteRow,
});

/** `$1` group, `$2` invitation: ends it. */
export const deleteInvite = statement.count({
  name: 'groups.deleteInvite',
  text: `DELETE FROM chat_invites WHERE "chatId" = $1 AND id = $2`,
  values: ({ chatId, inviteId }: { chatId: number; inviteId: number }) => [chatId, inviteId],
});

/** An invitation that somebody has the code of. */
export interface Held {
  inviteId: number;
  isOpen: boolean;
  group: InvitedGroupView;
}

/** `$1` hash of a code, `$2` reader or null: the invitation and its group. No row: there is none with that code. */
export const inviteByHash = statement.oneOrNone({
  name: 'groups.inviteByHash',
  text: `
    SELECT i.id, ${isOpen('i')} AS "isOpen", c.id AS "chatId", c."externalId", c.title, c."avatarUrl", c."memberCount", i."expiresAt",
      EXISTS (SELECT 1 FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $2) AS "isMember"
    FROM chat_invites i JOIN chats c ON c.id = i."chatId" WHERE i."codeHash" = $1`,
  values: ({ codeHash, userId }: { codeHash: Buffer; userId: number | null }) => [codeHash, userId],
  row: ([inviteId, isOpen, chatId, externalId, title, avatarUrl, memberCount, expiresAt, isMember]: [
    number,
    boolean,
    number,
    string | null,
    string | null,
    string | null,
    number,
    string | null,
    boolean,
  ]): Held => ({
    inviteId,
    isOpen,
    group: { chatId, externalId, title, avatarUrl, memberCount, isMember, expiresAt },
  }),
});

/** `$1` invitation, whose group is locked: counts a use. Counts 0 when it does not lead into the group any more. */
export const useInvite = statement.count({
  name: 'groups.useInvite',
  text: `UPDATE chat_invites i SET uses = i.uses + 1 WHERE i.id = $1 AND ${isOpen('i')}`,
  values: (inviteId: number) => [inviteId],
});
