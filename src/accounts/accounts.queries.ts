import type { Statement } from '../database/database.js';

/** `$1` name that is shown: a new user. */
export const insertUser: Statement = {
  name: 'accounts.insertUser',
  text: `INSERT INTO users (name) VALUES ($1) RETURNING id AS "userId"`,
};

/** `$1` user, `$2` username, `$3` hash. Fails on the unique index when the username is taken. */
export const insertCredentials: Statement = {
  name: 'accounts.insertCredentials',
  text: `INSERT INTO credentials ("userId", username, "passwordHash") VALUES ($1, $2, $3)`,
};

export const credentialsByUsername: Statement = {
  name: 'accounts.credentialsByUsername',
  text: `SELECT "userId", "passwordHash" FROM credentials WHERE lower(username COLLATE "C") = lower($1 COLLATE "C")`,
};

export const credentialsOfUser: Statement = {
  name: 'accounts.credentialsOfUser',
  text: `SELECT "userId", "passwordHash" FROM credentials WHERE "userId" = $1`,
};

/** `$1` user, `$2` the hash that is to be replaced, `$3` the new one: a row when it was so. */
export const replaceHash: Statement = {
  name: 'accounts.replaceHash',
  text: `
    UPDATE credentials SET "passwordHash" = $3, "changedAt" = now()
    WHERE "userId" = $1 AND "passwordHash" = $2
    RETURNING "userId"`,
};

/** The view of the user `u` with the credentials `c`: timestamps come as text of its form. */
const account =
  'u.id, u."externalId", u.name, u."avatarUrl", u.metadata, u."lastSeenAt", u."createdAt", c.username';

/** `$1` user: the account as its view. */
export const accountOfUser: Statement = {
  name: 'accounts.ofUser',
  text: `
    SELECT ${account}
    FROM users u LEFT JOIN credentials c ON c."userId" = u.id
    WHERE u.id = $1`,
};

/**
 * `$1` id, `$2` user, `$3` token's hash, `$4` days, `$5` hash of the password that was given, `$6` most sessions
 * of one user: begins a session, in place of those that have expired or are too many. No row when the password
 * was changed meanwhile: under the lock of its row, so that none begins behind the back of a change. Answers when it
 * expires, and the account.
 */
export const beginSession: Statement = {
  name: 'accounts.beginSession',
  text: `
    WITH allowed AS MATERIALIZED (
      SELECT "userId" FROM credentials WHERE "userId" = $2 AND "passwordHash" = $5 FOR SHARE
    ), pruned AS (
      DELETE FROM sessions WHERE "userId" = $2 AND (
        "expiresAt" <= now() OR id IN (
          SELECT s.id FROM sessions s WHERE s."userId" = $2 ORDER BY s."refreshedAt" DESC OFFSET $6 - 1
        )
      )
    ), begun AS (
      INSERT INTO sessions (id, "userId", "tokenHash", "expiresAt")
      SELECT $1, "userId", $3, now() + make_interval(days => $4) FROM allowed
      RETURNING "userId", "expiresAt"
    )
    SELECT b."expiresAt", ${account}
    FROM begun b JOIN users u ON u.id = b."userId" JOIN credentials c ON c."userId" = u.id`,
};

/**
 * `$1` id, `$2` hash of the token that is spent, `$3` of the next one, `$4` days: when it was the newest, when the next
 * one expires, and the account. In one statement: whatever failed after it, the token would be spent for nothing.
 */
export const rotateSession: Statement = {
  name: 'accounts.rotateSession',
  text: `
    WITH rotated AS (
      UPDATE sessions SET "tokenHash" = $3, "refreshedAt" = now(), "expiresAt" = now() + make_interval(days => $4)
      WHERE id = $1 AND "tokenHash" = $2 AND "expiresAt" > now()
      RETURNING "userId", "expiresAt"
    )
    SELECT r."expiresAt", ${account}
    FROM rotated r JOIN users u ON u.id = r."userId" LEFT JOIN credentials c ON c."userId" = u.id`,
};

/** `$1` id, `$2` a token's hash: ends the session, and tells whether it was an older token of it. */
export const endSession: Statement = {
  name: 'accounts.endSession',
  text: `DELETE FROM sessions WHERE id = $1 RETURNING "tokenHash" <> $2 AS reused`,
};

/** `$1` user: ends all their sessions. */
export const endSessions: Statement = {
  name: 'accounts.endSessions',
  text: `DELETE FROM sessions WHERE "userId" = $1`,
};
