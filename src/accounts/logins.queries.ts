import type { LoginView } from '../contract/index.js';
import { statement } from '../database/statement.js';

/** Seconds of the longest pause. */
const LONGEST_PAUSE = 900;

/** Failures of a name that has failed once more, on the row that is there. */
const failedAgain = `(CASE WHEN login_failures."failedAt" < statement_timestamp() - interval '1 day' THEN 0
    ELSE login_failures.failures END + 1)`;

/** One more attempt at a login or a password. */
export interface Attempt {
  /** null: not at a login, so there is no account to find. */
  username: string | null;
  /** HMAC of the name and the network. */
  pair: Buffer;
  /** HMAC of the name; null: attempts from all networks together are not bounded. */
  account: Buffer | null;
  /** HMACs of the network and of the device; null: the device is unknown. */
  places: readonly [network: Buffer, device: Buffer | null];
  network: string;
  userAgent: string | null;
  /** false: attempts are noted, but not bounded. */
  bounded: boolean;
}

/** Attempts that cause no pause: of a name from one network, and from all networks that are new to it. */
const FREE = { pair: 5, account: 50 };

/**
 * An attempt is counted as a failure before the password is compared, so that many at the same time are not all
 * allowed; a success removes it again. In a pause nothing is counted. After the free failures each further one doubles
 * the pause, from 2 s to 15 min. The failures of all networks together don't concern a network or device from which the
 * user has logged in before. A name that does not exist is handled in the same way; only the entry in a user's list of
 * logins is missing.
 *
 * Returns the milliseconds left of a pause (0: admitted), the account, whether its place is known, and the note.
 */
export const takeAttempt = statement.one({
  name: 'accounts.takeAttempt',
  text: `
    WITH account AS (
      SELECT c."userId", c."passwordHash", EXISTS (
        SELECT 1 FROM login_places p WHERE p."userId" = c."userId" AND p.place IN ($4, $5)
      ) AS known
      FROM credentials c WHERE lower(c.username COLLATE "C") = lower($1 COLLATE "C")
    ), keys AS (
      SELECT $2::bytea AS key, ${FREE.pair} AS free WHERE $8
      UNION ALL
      SELECT $3::bytea, ${FREE.account}
      WHERE $8 AND $3::bytea IS NOT NULL AND NOT COALESCE((SELECT known FROM account), false)
    ), pause AS (
      SELECT COALESCE(max(extract(epoch FROM f."nextAt" - statement_timestamp())), 0) AS seconds
      FROM login_failures f WHERE f.key IN (SELECT key FROM keys) AND f."nextAt" > statement_timestamp()
    ), counted AS (
      INSERT INTO login_failures (key, failures, free, "nextAt", "failedAt")
      SELECT key, 1, free, statement_timestamp(), statement_timestamp()
      FROM keys WHERE (SELECT seconds FROM pause) = 0
      ORDER BY key
      ON CONFLICT (key) DO UPDATE SET failures = ${failedAgain}, free = EXCLUDED.free,
        "failedAt" = statement_timestamp(),
        "nextAt" = statement_timestamp() + make_interval(secs => CASE
          WHEN ${failedAgain} <= EXCLUDED.free THEN 0
          ELSE LEAST(${LONGEST_PAUSE}, 2 ^ LEAST(${failedAgain} - EXCLUDED.free, 10)) END)
    ), noted AS (
      INSERT INTO logins ("userId", ok, network, "userAgent")
      SELECT "userId", false, $6, $7 FROM account WHERE (SELECT seconds FROM pause) = 0
      RETURNING id
    )
    SELECT ceil(p.seconds * 1000)::integer, a."userId", a."passwordHash", COALESCE(a.known, false), n.id
    FROM pause p LEFT JOIN account a ON true LEFT JOIN noted n ON true`,
  values: ({ username, pair, account, places: [place, device], network, userAgent, bounded }: Attempt) => [
    username,
    pair,
    account,
    place,
    device,
    network,
    userAgent,
    bounded,
  ],
  row: ([waitMs, userId, passwordHash, known, note]: [
    number,
    number | null,
    string | null,
    boolean,
    number | null,
  ]) => ({
    waitMs,
    account: userId === null || passwordHash === null ? undefined : { userId, passwordHash, known, note },
  }),
});

/** `$1` HMACs of a name and network, `$2` of a name or null: takes a counted attempt back, because it succeeded. */
export const takeBack = statement.count({
  name: 'accounts.takeBackAttempt',
  text: `
    WITH cleared AS (DELETE FROM login_failures WHERE key = $1)
    UPDATE login_failures SET failures = GREATEST(failures - 1, 0), "nextAt" = statement_timestamp()
    WHERE key = $2`,
  values: ({ pair, account }: { pair: Buffer; account: Buffer | null }) => [pair, account],
});

/** `$1` user, `$2`, `$3` places or null, `$4` maximum: remembers them, and forgets the ones used least recently. */
export const rememberPlaces = statement.count({
  name: 'accounts.rememberPlaces',
  text: `
    WITH surplus AS (
      DELETE FROM login_places WHERE "userId" = $1 AND place IN (
        SELECT p.place FROM login_places p WHERE p."userId" = $1 AND p.place NOT IN ($2, $3)
        ORDER BY p."usedAt" DESC OFFSET $4 - 2
      )
    )
    INSERT INTO login_places ("userId", place) VALUES ($1, $2), ($1, $3)
    ON CONFLICT ("userId", place) DO UPDATE SET "usedAt" = clock_timestamp()`,
  values: ({ userId, places, most }: { userId: number; places: readonly [Buffer, Buffer]; most: number }) => [
    userId,
    ...places,
    most,
  ],
});

/** `$1` user, `$2` the note of the attempt or null, `$3` network, `$4` user agent: the login has succeeded. */
export const noteLogin = statement.count({
  name: 'accounts.noteLogin',
  text: `
    WITH attempt AS (DELETE FROM logins WHERE "userId" = $1 AND NOT ok AND id = $2)
    INSERT INTO logins ("userId", ok, network, "userAgent") VALUES ($1, true, $3, $4)`,
  values: (login: { userId: number; note: number | null; network: string; userAgent: string | null }) => [
    login.userId,
    login.note,
    login.network,
    login.userAgent,
  ],
});

/** `$1` user, `$2` how many of each kind: the latest logins that succeeded and that failed, the latest first. */
export const latestLogins = statement.many({
  name: 'accounts.latestLogins',
  text: `
    SELECT at, ok, network, "userAgent" FROM (
      (SELECT * FROM logins WHERE "userId" = $1 AND ok ORDER BY id DESC LIMIT $2)
      UNION ALL
      (SELECT * FROM logins WHERE "userId" = $1 AND NOT ok ORDER BY id DESC LIMIT $2)
    ) l ORDER BY id DESC`,
  values: ({ userId, most }: { userId: number; most: number }) => [userId, most],
  row: ([at, ok, network, userAgent]: [string, boolean, string, string | null]): LoginView => ({
    at,
    ok,
    network,
    userAgent,
  }),
});

/** `$1` user, `$2` how many of each kind remain. */
export const forgetLogins = statement.count({
  name: 'accounts.forgetLogins',
  text: `
    DELETE FROM logins WHERE "userId" = $1 AND (ok, id) IN (
      (SELECT ok, id FROM logins WHERE "userId" = $1 AND ok ORDER BY id DESC OFFSET $2)
      UNION ALL
      (SELECT ok, id FROM logins WHERE "userId" = $1 AND NOT ok ORDER BY id DESC OFFSET $2)
    )`,
  values: ({ userId, most }: { userId: number; most: number }) => [userId, most],
});

/** Forgets failures that are a day old, some at a time. */
export const forgetFailures = statement.count({
  name: 'accounts.forgetFailures',
  text: `
    DELETE FROM login_failures WHERE key IN (
      SELECT key FROM login_failures WHERE "failedAt" < statement_timestamp() - interval '1 day'
      ORDER BY "failedAt" LIMIT $1
    )`,
  values: (most: number) => [most],
});
