import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';

/** `$1` users: the groups of each. */
export const groupsOf = statement.many({
  name: 'rooms.groupsOf',
  text: `
    SELECT u.id AS "userId", ARRAY(
      SELECT c.id FROM chat_members m JOIN chats c ON c.id = m."chatId" AND c.type = 'group'
      WHERE m."userId" = u.id
    ) AS groups
    FROM unnest($1::bigint[]) AS u(id)`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: ([userId, groups]: [number, number[]]) => ({ userId, groups }),
});

/**
 * Later changes are not checked yet, and a check does not let in later members: their orders are on their way, and so
 * may be messages from other nodes that were committed before them.
 */
const settling = "statement_timestamp() - interval '300 milliseconds'";

/**
 * `$1` the time of the last check or null, `$2` maximum number: groups whose members have changed since, the latest
 * first, with the versions of their members, and the time of this check. It looks half a minute further back, to find
 * changes that committed late.
 */
export const changedGroups = statement.one({
  name: 'rooms.changedGroups',
  text: `
    SELECT statement_timestamp() AS at, COALESCE(array_agg(c.id), '{}') AS ids,
      COALESCE(array_agg(c."membersVersion"), '{}') AS versions
    FROM (
      SELECT id, "membersVersion" FROM chats
      WHERE "membersChangedAt" > COALESCE($1::timestamptz, statement_timestamp()) - interval '30 seconds'
        AND "membersChangedAt" < ${settling}
      ORDER BY "membersChangedAt" DESC LIMIT $2
    ) c`,
  values: ({ lookedAt, most }: { lookedAt: string | null; most: number }) => [lookedAt, most],
  row: ([at, ids, versions]: [string, number[], number[]]) => ({ at, ids, versions }),
});

/**
 * `$1` groups: their members, and those of them who are no newcomers. A newcomer has changed the group, and is found
 * with that change.
 */
export const membersOfGroups = statement.many({
  name: 'rooms.membersOfGroups',
  text: `
    SELECT "chatId", array_agg("userId") AS "userIds",
      COALESCE(array_agg("userId") FILTER (WHERE "joinedAt" < ${settling}), '{}') AS settled
    FROM chat_members WHERE "chatId" = ANY($1::bigint[]) GROUP BY "chatId"`,
  values: (chatIds: readonly number[]) => [bigints(chatIds)],
  row: ([chatId, userIds, settled]: [number, number[], number[]]) => ({ chatId, userIds, settled }),
});
