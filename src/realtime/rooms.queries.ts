import type { Statement } from '../database/sql.js';

/** `$1` people: the groups of each. */
export const groupsOf: Statement = {
  name: 'rooms.groupsOf',
  text: `
    SELECT u.id AS "userId", ARRAY(
      SELECT c.id FROM chat_members m JOIN chats c ON c.id = m."chatId" AND c.type = 'group'
      WHERE m."userId" = u.id
    ) AS groups
    FROM unnest($1::bigint[]) AS u(id)`,
};

/**
 * `$1` the moment of the last look or null, `$2` at most so many: groups whose members have changed since, their
 * members' versions, and the moment of this look. Changes that committed late are found by looking further back; of
 * the last 150 ms are none: their orders are on their way.
 */
export const changedGroups: Statement = {
  name: 'rooms.changedGroups',
  text: `
    SELECT statement_timestamp() AS at, COALESCE(array_agg(c.id), '{}') AS ids,
      COALESCE(array_agg(c."membersVersion"), '{}') AS versions
    FROM (
      SELECT id, "membersVersion" FROM chats
      WHERE "membersChangedAt" > COALESCE($1::timestamptz, statement_timestamp()) - interval '30 seconds'
        AND "membersChangedAt" < statement_timestamp() - interval '150 milliseconds'
      ORDER BY "membersChangedAt" LIMIT $2
    ) c`,
};

/** `$1` groups: their members. */
export const membersOfGroups: Statement = {
  name: 'rooms.membersOfGroups',
  text: `
    SELECT "chatId", array_agg("userId") AS "userIds" FROM chat_members
    WHERE "chatId" = ANY($1::bigint[]) GROUP BY "chatId"`,
};
