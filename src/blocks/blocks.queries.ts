import type { Statement } from '../database/database.js';

/**
 * Whether one person blocks another, looked up by index in whatever statement it stands. Both are SQL expressions
 * of user ids; an alias `b` of the statement's own is not seen in them.
 */
export const blocks = (one: string, other: string) => `
  (SELECT 1 FROM user_blocks b WHERE b."userId" = ${one} AND b."blockedId" = ${other}) IS NOT NULL`;

/** Whether one of two people blocks the other. */
export const blockBetween = (one: string, other: string) =>
  `(${blocks(one, other)} OR ${blocks(other, one)})`;

/** `$1`, `$2` people: until the transaction ends nobody else changes what is between them. */
export const lockPair: Statement = {
  name: 'blocks.lockPair',
  text: `SELECT lock_pair($1, $2)`,
};

/** `$1` person: until the transaction ends they block nobody else. */
export const lockBlocker: Statement = {
  name: 'blocks.lockBlocker',
  text: `SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE`,
};

/** `$1` person, `$2` whom they block: a row when it is new and there is such a person. */
export const addBlock: Statement = {
  name: 'blocks.add',
  text: `
    INSERT INTO user_blocks ("userId", "blockedId") SELECT $1, u.id FROM users u WHERE u.id = $2
    ON CONFLICT DO NOTHING RETURNING "createdAt" AS "blockedAt"`,
};

/** `$1` person, `$2` whom they block: since when. */
export const blockOf: Statement = {
  name: 'blocks.of',
  text: `SELECT "createdAt" AS "blockedAt" FROM user_blocks WHERE "userId" = $1 AND "blockedId" = $2`,
};

/** `$1` person: how many people they block. */
export const countBlocks: Statement = {
  name: 'blocks.count',
  text: `SELECT count(*) AS count FROM user_blocks WHERE "userId" = $1`,
};

/** `$1` person, `$2` whom they block no more: a row when they did. */
export const removeBlock: Statement = {
  name: 'blocks.remove',
  text: `DELETE FROM user_blocks WHERE "userId" = $1 AND "blockedId" = $2 RETURNING "blockedId"`,
};

/**
 * `$1` person, `$2` other, `$3` whether the first blocks the second: says so on the row of their direct chat, if
 * they have one. A send that has looked at the row before and waits for it is run again (`membersVersion`).
 */
export const markDirectChat: Statement = {
  name: 'blocks.markDirectChat',
  text: `
    UPDATE chats SET
      "user1Blocks" = CASE "user1Id" WHEN $1 THEN $3 ELSE "user1Blocks" END,
      "user2Blocks" = CASE "user2Id" WHEN $1 THEN $3 ELSE "user2Blocks" END,
      "membersVersion" = "membersVersion" + 1
    WHERE type = 'direct'
      AND LEAST("user1Id", "user2Id") = LEAST($1::bigint, $2::bigint)
      AND GREATEST("user1Id", "user2Id") = GREATEST($1::bigint, $2::bigint)`,
};

/** `$1` person, `$2` after this one, `$3` at most so many: whom they block, by id. */
export const blocksOf: Statement = {
  name: 'blocks.page',
  text: `
    SELECT "blockedId" AS "userId", true AS blocked, "createdAt" AS "blockedAt" FROM user_blocks
    WHERE "userId" = $1 AND "blockedId" > $2 ORDER BY "blockedId" LIMIT $3`,
};

/** `$1` person, `$2` people: those of them who block the person. */
export const blockersAmong: Statement = {
  name: 'blocks.blockersAmong',
  text: `SELECT "userId" FROM user_blocks WHERE "blockedId" = $1 AND "userId" = ANY($2::bigint[])`,
};

/** `$1` person, `$2` people: those of them whom the person blocks. */
export const blockedAmong: Statement = {
  name: 'blocks.blockedAmong',
  text: `
    SELECT "blockedId" AS "userId" FROM user_blocks WHERE "userId" = $1 AND "blockedId" = ANY($2::bigint[])`,
};

/** `$1` person, `$2` chat: its members whom the person blocks. */
export const blockedMembers: Statement = {
  name: 'blocks.blockedMembers',
  text: `
    SELECT b."blockedId" AS "userId" FROM user_blocks b
    WHERE b."userId" = $1
      AND (SELECT 1 FROM chat_members m WHERE m."chatId" = $2 AND m."userId" = b."blockedId") IS NOT NULL`,
};

/** `$1`, `$2` people: a row when they share a chat. */
export const sharedChat: Statement = {
  name: 'blocks.sharedChat',
  text: `
    SELECT 1 AS shared FROM chat_members a
    WHERE a."userId" = $1
      AND (SELECT 1 FROM chat_members b WHERE b."chatId" = a."chatId" AND b."userId" = $2) IS NOT NULL
    LIMIT 1`,
};
