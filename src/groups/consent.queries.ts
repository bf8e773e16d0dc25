import { blocks } from '../blocks/blocks.queries.js';
import { isDirectChatOf } from '../chats/direct-chats.queries.js';
import type { GroupAdds } from '../contract/index.js';
import { bigints } from '../database/binary-array.js';
import { hasWritten } from '../database/models/chat.model.js';
import { statement } from '../database/statement.js';

/** Days for which a group can't invite a user again who has declined. */
const DECLINE_DAYS = 7;

/** What decides whether a user is added to a group, or invited. */
export interface Candidate {
  userId: number;
  /** The user's own setting; null: none. */
  groupAdds: GroupAdds | null;
  /** The user has written to the one who adds, in their direct chat. */
  isContact: boolean;
  blocksAdder: boolean;
  isBlockedByAdder: boolean;
  /** The user left this group by themselves. */
  hasLeft: boolean;
  hasDeclined: boolean;
  hasDeclinedLately: boolean;
}

type CandidateCells = [
  userId: number,
  groupAdds: GroupAdds | null,
  isContact: boolean,
  blocksAdder: boolean,
  isBlockedByAdder: boolean,
  hasLeft: boolean,
  hasDeclined: boolean,
  hasDeclinedLately: boolean,
];

/** `$1` group or null for a new one, `$2` who adds, `$3` users: those who exist, with what decides about each. */
export const candidates = statement.many({
  name: 'groups.candidates',
  text: `
    SELECT u.id AS "userId", u."groupAdds",
      COALESCE(
        (SELECT ${hasWritten('c', 'u.id')} FROM chats c WHERE ${isDirectChatOf('c', 'u.id', '$2::bigint')} LIMIT 1), false
      ) AS "isContact",
      ${blocks('u.id', '$2::bigint')} AS "blocksAdder", ${blocks('$2::bigint', 'u.id')} AS "isBlockedByAdder",
      COALESCE(r."hasLeft", false) AS "hasLeft", r."declinedAt" IS NOT NULL AS "hasDeclined",
      COALESCE(r."declinedAt" > clock_timestamp() - interval '${DECLINE_DAYS} days', false) AS "hasDeclinedLately"
    FROM unnest($3::bigint[]) AS i(id) JOIN users u ON u.id = i.id
    LEFT JOIN LATERAL (
      SELECT * FROM chat_refusals r WHERE r."chatId" = $1::bigint AND r."userId" = u.id LIMIT 1
    ) r ON true`,
  values: ({
    chatId,
    adderId,
    userIds,
  }: {
    chatId: number | null;
    adderId: number;
    userIds: readonly number[];
  }) => [chatId, adderId, bigints(userIds)],
  row: ([
    userId,
    groupAdds,
    isContact,
    blocksAdder,
    isBlockedByAdder,
    hasLeft,
    hasDeclined,
    hasDeclinedLately,
  ]: CandidateCells): Candidate => ({
    userId,
    groupAdds,
    isContact,
    blocksAdder,
    isBlockedByAdder,
    hasLeft,
    hasDeclined,
    hasDeclinedLately,
  }),
});

/** `$1` group, `$2` user: the user left by themselves. */
export const markLeft = statement.count({
  name: 'groups.markLeft',
  text: `
    INSERT INTO chat_refusals ("chatId", "userId", "hasLeft") VALUES ($1, $2, true)
    ON CONFLICT ("chatId", "userId") DO UPDATE SET "hasLeft" = true`,
  values: ({ chatId, userId }: { chatId: number; userId: number }) => [chatId, userId],
});

/** `$1` group, `$2` users who become members: forgets invitations, and what they said no to. */
export const forgetRefusals = statement.count({
  name: 'groups.forgetRefusals',
  text: `
    WITH answered AS (DELETE FROM chat_invitations WHERE "chatId" = $1 AND "userId" = ANY($2::bigint[]))
    DELETE FROM chat_refusals WHERE "chatId" = $1 AND "userId" = ANY($2::bigint[])`,
  values: ({ chatId, userIds }: { chatId: number; userIds: readonly number[] }) => [chatId, bigints(userIds)],
});

/** `$1` user, `$2` the setting or null. Counts 1 when it changed. */
export const setGroupAdds = statement.count({
  name: 'groups.setGroupAdds',
  text: `UPDATE users SET "groupAdds" = $2 WHERE id = $1 AND "groupAdds" IS DISTINCT FROM $2`,
  values: ({ userId, groupAdds }: { userId: number; groupAdds: GroupAdds | null }) => [userId, groupAdds],
});

/** `$1` user: the user's setting. */
export const groupAddsOf = statement.oneOrNone({
  name: 'groups.groupAddsOf',
  text: `SELECT "groupAdds" FROM users WHERE id = $1`,
  values: (userId: number) => [userId],
  row: ([groupAdds]: [GroupAdds | null]) => groupAdds,
});
