import type { CommandInput } from '../contract/index.js';
import { texts } from '../database/binary-array.js';
import { type UserCells, userColumns, userRow } from '../database/models/user.model.js';
import { statement } from '../database/statement.js';

/** `$1` externalIds: creates the missing users, in a fixed order, so that concurrent calls can't deadlock. */
export const insertMissingExternal = statement.count({
  name: 'users.insertMissingExternal',
  text: `
    INSERT INTO users ("externalId")
    SELECT i.id FROM unnest($1::text[]) AS i(id)
    WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u."externalId" = i.id)
    ORDER BY i.id COLLATE "C"
    ON CONFLICT ("externalId") WHERE "externalId" IS NOT NULL DO NOTHING`,
  values: (externalIds: readonly string[]) => [texts(externalIds)],
});

/**
 * Arrays of equal length: `$1` externalId, `$2` whether a name is given, `$3` name, `$4` whether an avatar is given,
 * `$5` avatar, `$6` metadata or null. Changes only what is given. Returns the users in the order of the
 * input, whether something has changed, and whether others see that.
 */
export const updateByExternalId = statement.many({
  name: 'users.updateByExternalId',
  text: `
    WITH input AS (
      SELECT * FROM unnest($1::text[], $2::boolean[], $3::text[], $4::boolean[], $5::text[], $6::text[])
        WITH ORDINALITY AS i("externalId", "hasName", name, "hasAvatar", "avatarUrl", metadata, nr)
    ), locked AS MATERIALIZED (
      SELECT u.* FROM users u WHERE u."externalId" = ANY($1::text[]) ORDER BY u.id FOR UPDATE
    ), updated AS (
      UPDATE users u SET
        name = CASE WHEN i."hasName" THEN i.name ELSE u.name END,
        "avatarUrl" = CASE WHEN i."hasAvatar" THEN i."avatarUrl" ELSE u."avatarUrl" END,
        metadata = COALESCE(i.metadata::jsonb, u.metadata),
        "updatedAt" = now()
      FROM input i JOIN locked l ON l."externalId" = i."externalId"
      WHERE u.id = l.id
      RETURNING i.nr, ${userColumns.of('u')},
        (l.name, l."avatarUrl", l.metadata) IS DISTINCT FROM (u.name, u."avatarUrl", u.metadata) AS changed,
        (l.name, l."avatarUrl", l.metadata -> 'public', l.metadata #> '{app,public}') IS DISTINCT FROM
          (u.name, u."avatarUrl", u.metadata -> 'public', u.metadata #> '{app,public}') AS publicly
    )
    SELECT changed, publicly, ${userColumns.list} FROM updated ORDER BY nr`,
  values: (users: CommandInput<'upsertUsers'>['users']) => [
    texts(users.map(({ externalId }) => externalId)),
    users.map(({ name }) => name !== undefined),
    texts(users.map(({ name }) => name ?? null)),
    users.map(({ avatarUrl }) => avatarUrl !== undefined),
    texts(users.map(({ avatarUrl }) => avatarUrl ?? null)),
    texts(users.map(({ metadata }) => (metadata === undefined ? null : JSON.stringify(metadata)))),
  ],
  row: ([changed, publicly, ...user]: [boolean, boolean, ...UserCells]) => ({
    user: userRow(user),
    changed,
    publicly,
  }),
});
