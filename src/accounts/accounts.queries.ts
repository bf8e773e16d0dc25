import type { AccountView } from '../contract/index.js';
import { type UserCells, userColumns, userRow } from '../database/models/user.model.js';
import { statement } from '../database/statement.js';

export const credentialsByUsername = statement.oneOrNone({
  name: 'accounts.credentialsByUsername',
  text: `SELECT "userId", "passwordHash" FROM credentials WHERE lower(username COLLATE "C") = lower($1 COLLATE "C")`,
  values: (username: string) => [username],
  row: ([userId, passwordHash]: [number, string]) => ({ userId, passwordHash }),
});

/** The view of the user `u` with the credentials `c`. */
const account = `${userColumns.of('u')}, c.username`;

type AccountCells = [...UserCells, username: string | null];

const accountRow = (cells: AccountCells): AccountView => {
  const [, , , , , , , username] = cells;
  return { ...userRow(cells as unknown as UserCells), username };
};

const sessionRow = ([expiresAt, ...cells]: [string, ...AccountCells]) => ({
  user: accountRow(cells),
  expiresAt,
});

/** `$1` user: the account's view. */
export const accountOfUser = statement.oneOrNone({
  name: 'accounts.ofUser',
  text: `
    SELECT ${account}
    FROM users u LEFT JOIN credentials c ON c."userId" = u.id
    WHERE u.id = $1`,
  values: (userId: number) => [userId],
  row: accountRow,
});

/**
 * `$1` id, `$2` user, `$3` token hash, `$4` days, `$5` hash of the password that was checked, `$6` most sessions per
 * user: begins a session, and deletes the user's expired and surplus ones. Returns when it expires, and the account. No
 * row when the password was changed meanwhile: the lock on its row keeps a session from slipping past a password
 * change.
 */
export const beginSession = statement.oneOrNone({
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
  values: (session: {
    id: string;
    userId: number;
    tokenHash: Buffer;
    days: number;
    passwordHash: string;
    most: number;
  }) => [session.id, session.userId, session.tokenHash, session.days, session.passwordHash, session.most],
  row: sessionRow,
});

/**
 * `$1` id, `$2` hash of the used token, `$3` hash of the next one, `$4` days: replaces the token if it is the newest.
 * Returns when the next one expires, and the account. One statement: if a second one failed, the token would be lost.
 */
export const rotateSession = statement.oneOrNone({
  name: 'accounts.rotateSession',
  text: `
    WITH rotated AS (
      UPDATE sessions SET "tokenHash" = $3, "refreshedAt" = now(), "expiresAt" = now() + make_interval(days => $4)
      WHERE id = $1 AND "tokenHash" = $2 AND "expiresAt" > now()
      RETURNING "userId", "expiresAt"
    )
    SELECT r."expiresAt", ${account}
    FROM rotated r JOIN users u ON u.id = r."userId" LEFT JOIN credentials c ON c."userId" = u.id`,
  values: ({ id, spent, next, days }: { id: string; spent: Buffer; next: Buffer; days: number }) => [
    id,
    spent,
    next,
    days,
  ],
  row: sessionRow,
});

/** `$1` id, `$2` a token's hash: ends the session. `reused` when the token is not the session's newest. */
export const endSession = statement.oneOrNone({
  name: 'accounts.endSession',
  text: `DELETE FROM sessions WHERE id = $1 RETURNING "tokenHash" <> $2 AS reused`,
  values: ({ id, tokenHash }: { id: string; tokenHash: Buffer }) => [id, tokenHash],
  row: ([reused]: [boolean]) => ({ reused }),
});
