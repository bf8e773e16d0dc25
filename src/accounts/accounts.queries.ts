import { isDeactivated } from '../commands/identity/deactivations.queries.js';
import type { AccountView, UserSessionView } from '../contract/index.js';
import { bigints } from '../database/binary-array.js';
import { type UserCells, userColumns, userRow } from '../database/models/user.model.js';
import { statement } from '../database/statement.js';

/** The view of the user `u` with the credentials `c`. */
const account = `${userColumns.of('u')}, c.username`;

type AccountCells = [...UserCells, username: string | null];

const accountRow = (cells: AccountCells): AccountView => {
  const username = cells[userColumns.length];
  return { ...userRow(cells as unknown as UserCells), username };
};

const sessionRow = ([expiresAt, generation, ...cells]: [string, number, ...AccountCells]) => ({
  user: accountRow(cells),
  expiresAt,
  generation,
});

/** The present generation of tokens of the user `u`. */
const generation = `COALESCE((SELECT t.generation FROM token_bounds t WHERE t."userId" = u.id), 0)`;

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

/** `$1` users: the views of their accounts, in no order. */
export const accountsOfUsers = statement.many({
  name: 'accounts.ofUsers',
  text: `
    SELECT ${account}
    FROM users u LEFT JOIN credentials c ON c."userId" = u.id
    WHERE u.id = ANY($1::bigint[])`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: accountRow,
});

/**
 * `$1` id, `$2` user, `$3` token hash, `$4` days, `$5` hash of the password that was checked, `$6` most sessions per
 * user: begins a session, and ends the user's expired and surplus ones. Returns when it expires, and the account. No
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
      RETURNING id, "userId"
    ), ended AS (
      INSERT INTO ended_sessions (id, "userId") SELECT id, "userId" FROM pruned ON CONFLICT DO NOTHING
    ), begun AS (
      INSERT INTO sessions (id, "userId", "tokenHash", "expiresAt")
      SELECT $1, "userId", $3, now() + make_interval(days => $4) FROM allowed
      RETURNING "userId", "expiresAt"
    )
    SELECT b."expiresAt", ${generation}, ${account}
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
 * `$1` id, `$2` hash of the used token, `$3` hash of the next one, `$4` days: replaces the token if it is the newest,
 * and its user is not deactivated.
 * Returns when the next one expires, and the account. One statement: if a second one failed, the token would be lost.
 */
export const rotateSession = statement.oneOrNone({
  name: 'accounts.rotateSession',
  text: `
    WITH rotated AS (
      UPDATE sessions SET "tokenHash" = $3, "refreshedAt" = now(), "expiresAt" = now() + make_interval(days => $4)
      WHERE id = $1 AND "tokenHash" = $2 AND "expiresAt" > now() AND NOT ${isDeactivated('sessions."userId"')}
      RETURNING "userId", "expiresAt"
    )
    SELECT r."expiresAt", ${generation}, ${account}
    FROM rotated r JOIN users u ON u.id = r."userId" LEFT JOIN credentials c ON c."userId" = u.id`,
  values: ({ id, spent, next, days }: { id: string; spent: Buffer; next: Buffer; days: number }) => [
    id,
    spent,
    next,
    days,
  ],
  row: sessionRow,
});

/**
 * `$1` id, `$2` hash of a token's successor, `$3` seconds: the session whose newest token that is, if it has been that
 * for no longer. Returns when the newest token expires, and the account.
 */
export const justRotated = statement.oneOrNone({
  name: 'accounts.justRotated',
  text: `
    SELECT s."expiresAt", ${generation}, ${account}
    FROM sessions s JOIN users u ON u.id = s."userId" LEFT JOIN credentials c ON c."userId" = u.id
    WHERE s.id = $1 AND s."tokenHash" = $2 AND s."expiresAt" > now()
      AND s."refreshedAt" > now() - make_interval(secs => $3) AND NOT ${isDeactivated('s."userId"')}`,
  values: ({ id, next, seconds }: { id: string; next: Buffer; seconds: number }) => [id, next, seconds],
  row: sessionRow,
});

/**
 * `$1` id, `$2` a token's hash, `$3` whether the token is proved to be one of this session: ends the session. Without
 * that proof only the newest token ends it. `reused` when the token is not the newest.
 */
export const endSession = statement.oneOrNone({
  name: 'accounts.endSession',
  text: `
    WITH gone AS (
      DELETE FROM sessions WHERE id = $1 AND ($3 OR "tokenHash" = $2)
      RETURNING id, "userId", "tokenHash" <> $2 AS reused
    ), ended AS (
      INSERT INTO ended_sessions (id, "userId") SELECT id, "userId" FROM gone ON CONFLICT DO NOTHING
    )
    SELECT reused FROM gone`,
  values: ({ id, hash, genuine }: { id: string; hash: Buffer; genuine: boolean }) => [id, hash, genuine],
  row: ([reused]: [boolean]) => ({ reused }),
});

/** `$1` id, `$2` a token's hash: the user of the session, if the token could be exchanged now. */
export const userOfToken = statement.oneOrNone({
  name: 'accounts.userOfToken',
  text: `SELECT "userId" FROM sessions WHERE id = $1 AND "tokenHash" = $2 AND "expiresAt" > now()`,
  values: ({ id, hash }: { id: string; hash: Buffer }) => [id, hash],
  row: ([userId]: [number]) => userId,
});

/** `$1` id: the user of the session, if it has not expired. */
export const userOfSession = statement.oneOrNone({
  name: 'accounts.userOfSession',
  text: `SELECT "userId" FROM sessions WHERE id = $1 AND "expiresAt" > now()`,
  values: (id: string) => [id],
  row: ([userId]: [number]) => userId,
});

/** `$1` user, `$2` whether those that have expired are among them: their sessions, the one refreshed last first. */
export const sessionsOf = statement.many({
  name: 'accounts.sessionsOf',
  text: `
    SELECT "createdAt", "refreshedAt", "expiresAt" FROM sessions
    WHERE "userId" = $1 AND ($2::boolean OR "expiresAt" > now()) ORDER BY "refreshedAt" DESC`,
  values: ({ userId, expired }: { userId: number; expired: boolean }) => [userId, expired],
  row: ([begunAt, refreshedAt, expiresAt]: [string, string, string]): UserSessionView => ({
    begunAt,
    refreshedAt,
    expiresAt,
  }),
});

/** `$1` user, `$2` a time or null: ends the user's sessions that began before that time; null: all. */
export const endSessions = statement.count({
  name: 'accounts.endSessions',
  text: `
    WITH gone AS (
      DELETE FROM sessions WHERE "userId" = $1 AND ($2::timestamptz IS NULL OR "createdAt" < $2)
      RETURNING id, "userId"
    )
    INSERT INTO ended_sessions (id, "userId") SELECT id, "userId" FROM gone ON CONFLICT DO NOTHING`,
  values: ({ userId, before }: { userId: number; before: string | null }) => [userId, before],
});

/** `$1` user: the present generation of their tokens. */
export const generationOf = statement.oneOrNone({
  name: 'accounts.generationOf',
  text: `SELECT generation FROM token_bounds WHERE "userId" = $1`,
  values: (userId: number) => [userId],
  row: ([generation]: [number]) => generation,
});

/** `$1` user: begins a new generation of tokens. Those of this server that were issued before are refused. */
export const newGeneration = statement.count({
  name: 'accounts.newGeneration',
  text: `
    INSERT INTO token_bounds ("userId", generation) VALUES ($1, 1)
    ON CONFLICT ("userId") DO UPDATE
      SET generation = token_bounds.generation + 1, "changedAt" = clock_timestamp()`,
  values: (userId: number) => [userId],
});

/**
 * `$1` user, `$2` a time, or null for the end of this second: refuses tokens that were issued before it. Issuers write
 * whole seconds, so a token of this second may be an earlier one.
 */
export const refuseTokensBefore = statement.count({
  name: 'accounts.refuseTokensBefore',
  text: `
    INSERT INTO token_bounds ("userId", "notBefore")
    VALUES ($1, COALESCE($2::timestamptz, date_trunc('second', clock_timestamp()) + interval '1 second'))
    ON CONFLICT ("userId") DO UPDATE
      SET "notBefore" = GREATEST(token_bounds."notBefore", EXCLUDED."notBefore"), "changedAt" = clock_timestamp()`,
  values: ({ userId, before }: { userId: number; before: string | null }) => [userId, before],
});
