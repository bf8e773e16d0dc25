import { bigints } from '../../database/binary-array.js';
import { statement } from '../../database/statement.js';

export const insertMissingUsers = statement.count({
  name: 'users.insertMissing',
  text: `
    INSERT INTO users (id)
    SELECT DISTINCT i.id FROM unnest($1::bigint[]) AS i(id)
    WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = i.id)
    ORDER BY i.id
    ON CONFLICT (id) DO NOTHING`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
});

/** Who was erased does not exist any more. */
export const existingUsers = statement.many({
  name: 'users.existing',
  text: `SELECT id FROM users WHERE id = ANY($1::bigint[]) AND "erasedAt" IS NULL`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: ([id]: [number]) => id,
});

/** What `userOfSubject` returns in place of an id when the token is from before the subject was erased. */
export const ERASED = 0;

/**
 * `$1` externalId, `$2` name or null, `$3` when the token was issued or null: the user with that externalId, created if
 * missing. No row when another session is creating the same user: then run the statement again.
 *
 * A subject that was erased is a new user by a token that was issued after that, and `ERASED` by any other: those are
 * refused for the new user as well.
 */
export const userOfSubject = statement.oneOrNone({
  name: 'users.ofSubject',
  text: `
    WITH erased AS MATERIALIZED (
      SELECT max(date_trunc('second', e."requestedAt") + interval '1 second') AS until FROM erasures e
      WHERE e."subjectHash" = sha256(convert_to($1, 'UTF8')) AND e."subjectHash" IS NOT NULL
    ), made AS (
      INSERT INTO users ("externalId", name)
      SELECT $1, $2 FROM erased
      WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u."externalId" = $1)
        AND (erased.until IS NULL OR erased.until <= $3::timestamptz)
      ON CONFLICT ("externalId") WHERE "externalId" IS NOT NULL DO NOTHING
      RETURNING id
    ), bounds AS (
      INSERT INTO token_bounds ("userId", "notBefore")
      SELECT made.id, erased.until FROM made CROSS JOIN erased WHERE erased.until IS NOT NULL
    ), known AS (
      SELECT id FROM made UNION ALL SELECT id FROM users WHERE "externalId" = $1
    )
    SELECT id FROM known
    UNION ALL
    SELECT ${ERASED} FROM erased
    WHERE NOT EXISTS (SELECT 1 FROM known) AND (erased.until <= $3::timestamptz) IS FALSE
      OR NOT EXISTS (SELECT 1 FROM known) AND erased.until IS NOT NULL AND $3::timestamptz IS NULL
    LIMIT 1`,
  values: ({
    externalId,
    name,
    issuedAt,
  }: {
    externalId: string;
    name: string | null;
    issuedAt: string | null;
  }) => [externalId, name, issuedAt],
  row: ([id]: [number]) => id,
});
