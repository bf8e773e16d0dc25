import { statement } from '../database/statement.js';
import { uncountedOf } from './chats.queries.js';

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

/**
 * `$1` a direct chat that is locked, `$2` one of its users: deletes the chat for them, with its history and their
 * settings. Nothing changes for the other user, not even what has been seen. Returns what `deleteChat` returns, without
 * members, because the chat is deleted for one user only.
 */
export const deleteForOne = statement.oneOrNone({
  name: 'chats.deleteForOne',
  text: `
    UPDATE chat_members m SET "clearedSeq" = c."lastSeq", "goneUpTo" = c."lastSeq", version = c.version + 1,
      "unreadSeq" = c."lastSeq",
      "sentBefore" = ${uncountedOf('c', 'm')},
      "mutedUntil" = NULL, "archivedAt" = NULL, "pinnedAt" = NULL, notify = NULL, "settingsAt" = clock_timestamp()
    FROM chats c WHERE c.id = m."chatId" AND m."chatId" = $1 AND m."userId" = $2
    RETURNING c.id, c.version + 1`,
  values: ({ chatId, userId }: { chatId: number; userId: number }) => [chatId, userId],
  row: ([chatId, version]: [number, number]) => ({
    chatId,
    version,
    memberIds: [] as number[],
    invitedIds: [] as number[],
  }),
});

/**
 * `$1` a chat that is locked, `$2` a member: empties the chat for them and hides it from their list until it has another
 * message. Role, settings and receipts stay, and nothing changes for others. Devices that still have what was cleared get
 * a reset, as after joining again. Counts no row when nothing came since they cleared it last.
 */
export const clearForOne = statement.count({
  name: 'chats.clearForOne',
  text: `
    UPDATE chat_members m SET "clearedSeq" = c."lastSeq", "hiddenUpTo" = c."lastSeq", version = c.version + 1,
      "unreadSeq" = c."lastSeq", "sentBefore" = ${uncountedOf('c', 'm')}, "settingsAt" = clock_timestamp()
    FROM chats c WHERE c.id = m."chatId" AND m."chatId" = $1 AND m."userId" = $2
      AND (m."hiddenUpTo" >= c."lastSeq") IS NOT TRUE`,
  values: ({ chatId, userId }: { chatId: number; userId: number }) => [chatId, userId],
});
