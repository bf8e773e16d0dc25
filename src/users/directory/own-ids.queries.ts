import { bigints } from '../../database/binary-array.js';
import { statement } from '../../database/statement.js';

interface Asked {
  userIds: readonly number[];
  chatIds: readonly number[];
}

/** `$1` user ids, `$2` chat ids: the ids that they have in the application. No row for those that have none. */
export const ownIds = statement.many({
  name: 'directory.ownIds',
  text: `
    SELECT false, u.id, u."externalId"
    FROM unnest($1::bigint[]) AS i(id) CROSS JOIN LATERAL (SELECT * FROM users WHERE id = i.id LIMIT 1) u
    WHERE u."externalId" IS NOT NULL
    UNION ALL
    SELECT true, c.id, c."externalId"
    FROM unnest($2::bigint[]) AS i(id) CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = i.id LIMIT 1) c
    WHERE c."externalId" IS NOT NULL`,
  values: ({ userIds, chatIds }: Asked) => [bigints(userIds), bigints(chatIds)],
  row: ([isChat, id, externalId]: [boolean, number, string]) => ({ isChat, id, externalId }),
});
