import type { Statement } from '../database/sql.js';

/** `$1` user ids: when each was last seen, those who exist. */
export const lastSeenOf: Statement = {
  name: 'presence.lastSeenOf',
  text: `SELECT id AS "userId", "lastSeenAt" FROM users WHERE id = ANY($1::bigint[])`,
};

/** `$1` user id, `$2` when: never moves back. */
export const recordLastSeen: Statement = {
  name: 'presence.recordLastSeen',
  text: `
    UPDATE users SET "lastSeenAt" = $2::timestamptz
    WHERE id = $1 AND ("lastSeenAt" IS NULL OR "lastSeenAt" < $2::timestamptz)`,
};

/** `$1` user id, `$2` at most so many: people who share a chat with them. */
export const peersOf: Statement = {
  name: 'presence.peersOf',
  text: `
    SELECT DISTINCT o."userId" FROM chat_members m
    JOIN chat_members o ON o."chatId" = m."chatId" AND o."userId" <> m."userId"
    WHERE m."userId" = $1 LIMIT $2`,
};
