import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';

/**
 * SQL: whether one user blocks another, as an index lookup that fits into any statement. Both parameters are SQL
 * expressions of user ids. They can't refer to an alias `b` of the statement.
 */
export const blocks = (one: string, other: string) => `
  (SELECT 1 FROM user_blocks b WHERE b."userId" = ${one} AND b."blockedId" = ${other}) IS NOT NULL`;

/** SQL: whether one of two users blocks the other. */
export const blockBetween = (one: string, other: string) =>
  `(${blocks(one, other)} OR ${blocks(other, one)})`;

/** `userId` blocks `blockedId`. */
export interface Pair {
  userId: number;
  blockedId: number;
}

/** `$1`, `$2` users: until the transaction ends, no other one changes the blocks between them. */
export const lockPair = statement.count({
  name: 'blocks.lockPair',
  text: `SELECT lock_pair($1, $2)`,
  values: ({ userId, blockedId }: Pair) => [userId, blockedId],
});

/** `$1` user: until the transaction ends, no other one adds a block by this user. */
export const lockBlocker = statement.count({
  name: 'blocks.lockBlocker',
  text: `SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE`,
  values: (userId: number) => [userId],
});

/** `$1` user, `$2` whom they block. Returns a row when the block is new and the other user exists. */
export const addBlock = statement.oneOrNone({
  name: 'blocks.add',
  text: `
    INSERT INTO user_blocks ("userId", "blockedId") SELECT $1, u.id FROM users u WHERE u.id = $2
    ON CONFLICT DO NOTHING RETURNING "createdAt" AS "blockedAt"`,
  values: ({ userId, blockedId }: Pair) => [userId, blockedId],
  row: ([blockedAt]: [string]) => ({ blockedAt }),
});

/**
 * `$1` user, `$2` other user, `$3` whether the first blocks the second: records it in the row of their direct chat, if
 * there is one. A send that has read the old row and waits for its lock runs again (`membersVersion`).
 */
export const markDirectChat = statement.count({
  name: 'blocks.markDirectChat',
  text: `
    UPDATE chats SET
      "user1Blocks" = CASE "user1Id" WHEN $1 THEN $3 ELSE "user1Blocks" END,
      "user2Blocks" = CASE "user2Id" WHEN $1 THEN $3 ELSE "user2Blocks" END,
      "membersVersion" = "membersVersion" + 1, "blocksChangedAt" = clock_timestamp()
    WHERE type = 'direct'
      AND LEAST("user1Id", "user2Id") = LEAST($1::bigint, $2::bigint)
      AND GREATEST("user1Id", "user2Id") = GREATEST($1::bigint, $2::bigint)`,
  values: ({ userId, blockedId, blocked }: Pair & { blocked: boolean }) => [userId, blockedId, blocked],
});

const among = ({ userId, people }: { userId: number; people: readonly number[] }) => [
  userId,
  bigints(people),
];

/** `$1` user, `$2` other users: those who block the user. */
export const blockersAmong = statement.many({
  name: 'blocks.blockersAmong',
  text: `SELECT "userId" FROM user_blocks WHERE "blockedId" = $1 AND "userId" = ANY($2::bigint[])`,
  values: among,
  row: ([userId]: [number]) => userId,
});

/** `$1` user, `$2` other users: those whom the user blocks. */
export const blockedAmong = statement.many({
  name: 'blocks.blockedAmong',
  text: `
    SELECT "blockedId" AS "userId" FROM user_blocks WHERE "userId" = $1 AND "blockedId" = ANY($2::bigint[])`,
  values: among,
  row: ([userId]: [number]) => userId,
});

/** `$1` user, `$2` chat: its members whom the user blocks. */
export const blockedMembers = statement.many({
  name: 'blocks.blockedMembers',
  text: `
    SELECT b."blockedId" AS "userId" FROM user_blocks b
    WHERE b."userId" = $1
      AND (SELECT 1 FROM chat_members m WHERE m."chatId" = $2 AND m."userId" = b."blockedId") IS NOT NULL`,
  values: ({ userId, chatId }: { userId: number; chatId: number }) => [userId, chatId],
  row: ([userId]: [number]) => userId,
});

/** `$1` user, `$2` chat: its members whom the user blocks, or who block the user. */
export const membersBehindBlocks = statement.many({
  name: 'blocks.membersBehindBlocks',
  text: `
    SELECT x."userId" FROM (
      SELECT b."blockedId" AS "userId" FROM user_blocks b WHERE b."userId" = $1
      UNION
      SELECT b."userId" FROM user_blocks b WHERE b."blockedId" = $1
    ) x
    WHERE (SELECT 1 FROM chat_members m WHERE m."chatId" = $2 AND m."userId" = x."userId") IS NOT NULL`,
  values: ({ userId, chatId }: { userId: number; chatId: number }) => [userId, chatId],
  row: ([userId]: [number]) => userId,
});

/** `$1`, `$2` users: counts 1 when they share a chat. */
export const sharedChat = statement.count({
  name: 'blocks.sharedChat',
  text: `
    SELECT 1 AS shared FROM chat_members a
    WHERE a."userId" = $1
      AND (SELECT 1 FROM chat_members b WHERE b."chatId" = a."chatId" AND b."userId" = $2) IS NOT NULL
    LIMIT 1`,
  values: ({ userId, blockedId }: Pair) => [userId, blockedId],
});
