import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';

/** In how long a node takes over the marking of chats that another one has begun. */
const TAKEN_OVER = `interval '10 seconds'`;

/** Whose deactivation has changed, and when. */
export interface Changed {
  userId: number;
  changedAt: string;
}

/**
 * Until the transaction ends, nobody else changes who is deactivated, and no direct chat is created: a chat that is being
 * created can't be marked.
 */
export const lockDeactivations = statement.count({
  name: 'users.lockDeactivations',
  text: `SELECT pg_advisory_xact_lock(5005003010)`,
  values: () => [],
});

/** `$1` user, `$2` until or null, `$3` reason or null: deactivates the user. Again it keeps the time of the first. */
export const deactivate = statement.one({
  name: 'users.deactivate',
  text: `
    WITH shown AS (
      UPDATE users SET deactivated = true WHERE id = $1 AND NOT deactivated
    )
    INSERT INTO deactivations AS d ("userId", "until", reason, "markAt")
    VALUES ($1, $2, $3, clock_timestamp() + ${TAKEN_OVER})
    ON CONFLICT ("userId") DO UPDATE SET
      at = CASE WHEN d.ended OR d."until" <= clock_timestamp() THEN EXCLUDED.at ELSE d.at END,
      "until" = EXCLUDED."until", reason = EXCLUDED.reason, ended = false, "changedAt" = EXCLUDED."changedAt",
      "markAt" = EXCLUDED."markAt"
    RETURNING at, "until", reason, "changedAt"`,
  values: ({ userId, until, reason }: { userId: number; until: string | null; reason: string | null }) => [
    userId,
    until,
    reason,
  ],
  row: ([at, until, reason, changedAt]: [string, string | null, string | null, string]) => ({
    at,
    until,
    reason,
    changedAt,
  }),
});

const END = `ended = true, reason = NULL, "changedAt" = clock_timestamp(), "markAt" = clock_timestamp() + ${TAKEN_OVER}`;

/** `$1` user: ends the deactivation. No row when there is none. */
export const reactivate = statement.oneOrNone({
  name: 'users.reactivate',
  text: `
    WITH shown AS (
      UPDATE users SET deactivated = false WHERE id = $1 AND deactivated
    )
    UPDATE deactivations SET ${END} WHERE "userId" = $1 AND NOT ended
    RETURNING "changedAt"`,
  values: (userId: number) => [userId],
  row: ([changedAt]: [string]) => ({ changedAt }),
});

/** `$1` limit: ends deactivations whose time is over. */
export const endExpired = statement.many({
  name: 'users.endExpiredDeactivations',
  text: `
    WITH over AS (
      UPDATE deactivations SET ${END} WHERE "userId" IN (
        SELECT "userId" FROM deactivations
        WHERE NOT ended AND "until" <= clock_timestamp() ORDER BY "until" LIMIT $1 FOR UPDATE
      )
      RETURNING "userId", "changedAt"
    ), shown AS (
      UPDATE users SET deactivated = false WHERE id IN (SELECT "userId" FROM over) AND deactivated
    )
    SELECT "userId", "changedAt" FROM over`,
  values: (most: number) => [most],
  row: ([userId, changedAt]: [number, string]): Changed => ({ userId, changedAt }),
});

/** Counts whether there is something for `endExpired`. */
export const hasExpired = statement.count({
  name: 'users.hasExpiredDeactivations',
  text: `SELECT 1 FROM deactivations WHERE NOT ended AND "until" <= clock_timestamp() LIMIT 1`,
  values: () => [],
});

/** `$1` limit: users whose chats nobody has finished to mark. For a while no other node gets them. */
export const takeUnmarked = statement.many({
  name: 'users.takeUnmarked',
  text: `
    UPDATE deactivations SET "markAt" = clock_timestamp() + ${TAKEN_OVER} WHERE "userId" IN (
      SELECT "userId" FROM deactivations
      WHERE "markAt" <= clock_timestamp() ORDER BY "markAt" LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING "userId", "changedAt"`,
  values: (most: number) => [most],
  row: ([userId, changedAt]: [number, string]): Changed => ({ userId, changedAt }),
});

/** `$1` user after whom the page begins, `$2` limit, `$3` user or null: who is deactivated now, with `$3` whether they are. */
export const deactivationsAfter = statement.many({
  name: 'users.deactivationsAfter',
  text: `
    SELECT d."userId", u."externalId", d.at, d."until", d.reason
    FROM deactivations d CROSS JOIN LATERAL (SELECT * FROM users WHERE id = d."userId" LIMIT 1) u
    WHERE d."userId" > $1 AND d."userId" >= COALESCE($3::bigint, 0) AND d."userId" <= COALESCE($3::bigint, 9223372036854775807)
      AND NOT d.ended AND (d."until" IS NULL OR d."until" > clock_timestamp())
    ORDER BY d."userId" LIMIT $2`,
  values: ({ after, most, userId }: { after: number; most: number; userId: number | null }) => [
    after,
    most,
    userId,
  ],
  row: ([userId, externalId, at, until, reason]: [
    number,
    string | null,
    string,
    string | null,
    string | null,
  ]) => ({
    userId,
    externalId,
    at,
    until,
    reason,
  }),
});

/** `$1` user, `$2` when their deactivation changed last: their chats are marked, unless it has changed since. */
export const noteMarked = statement.count({
  name: 'users.noteMarked',
  text: `UPDATE deactivations SET "markAt" = NULL WHERE "userId" = $1 AND "changedAt" = $2`,
  values: ({ userId, changedAt }: Changed) => [userId, changedAt],
});

/** `$1` user, `$2` chat, `$3` limit: the ids of the user's next chats after that one. */
export const chatsAfter = statement.many({
  name: 'users.chatsAfter',
  text: `SELECT "chatId" FROM chat_members WHERE "userId" = $1 AND "chatId" > $2 ORDER BY "chatId" LIMIT $3`,
  values: ({ userId, after, most }: { userId: number; after: number; most: number }) => [userId, after, most],
  row: ([chatId]: [number]) => chatId,
});

/** `$1` chats: locks the direct ones among them, in the order of their ids, as writers of messages do. */
export const lockDirect = statement.count({
  name: 'users.lockDirectChats',
  text: `SELECT FROM chats WHERE id = ANY($1::bigint[]) AND type = 'direct' ORDER BY id FOR NO KEY UPDATE`,
  values: (chatIds: readonly number[]) => [bigints(chatIds)],
});

/**
 * `$1` chats that are locked: those are closed one of whose users is deactivated, and the others are not. A send that has
 * read the old row and waits for its lock runs again (`membersVersion`).
 */
export const markClosed = statement.count({
  name: 'users.markClosed',
  text: `
    UPDATE chats c SET closed = NOT c.closed, "membersVersion" = c."membersVersion" + 1
    WHERE c.id = ANY($1::bigint[]) AND c.type = 'direct' AND c.closed <> EXISTS (
      SELECT 1 FROM users u WHERE u.id IN (c."user1Id", c."user2Id") AND u.deactivated
    )`,
  values: (chatIds: readonly number[]) => [bigints(chatIds)],
});

/** `$1` limit: forgets deactivations that have ended a day ago. */
export const forgetEnded = statement.count({
  name: 'users.forgetEndedDeactivations',
  text: `
    DELETE FROM deactivations WHERE "userId" IN (
      SELECT "userId" FROM deactivations
      WHERE ended AND "changedAt" < clock_timestamp() - interval '1 day' AND "markAt" IS NULL
      ORDER BY "changedAt" LIMIT $1 FOR UPDATE SKIP LOCKED
    )`,
  values: (most: number) => [most],
});
