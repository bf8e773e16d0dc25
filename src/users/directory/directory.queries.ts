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

export const existingUsers = statement.many({
  name: 'users.existing',
  text: `SELECT id FROM users WHERE id = ANY($1::bigint[])`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: ([id]: [number]) => id,
});

/**
 * `$1` externalId, `$2` name or null: the user with that externalId, created if missing. No row when another session is
 * creating the same user: then run the statement again.
 */
export const userOfSubject = statement.oneOrNone({
  name: 'users.ofSubject',
  text: `
    WITH made AS (
      INSERT INTO users ("externalId", name)
      SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u."externalId" = $1)
      ON CONFLICT ("externalId") WHERE "externalId" IS NOT NULL DO NOTHING
      RETURNING id
    )
    SELECT id FROM made UNION ALL SELECT id FROM users WHERE "externalId" = $1`,
  values: ({ externalId, name }: { externalId: string; name: string | null }) => [externalId, name],
  row: ([id]: [number]) => id,
});
