import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';

/** Members of a new group who are told with it. */
const FIRST_MEMBERS = 100;

interface Asked {
  chatId: number;
  userIds: readonly number[];
  withMembers: boolean;
}

type Cells = [isChat: boolean, id: number, externalId: string | null, name: string | null];

/**
 * `$1` chat, `$2` user ids, `$3` whether the first members of the chat as well: how they are called, the chat first. What is
 * not there has no row.
 */
export const subjectsByIds = statement.many({
  name: 'webhooks.subjects',
  text: `
    SELECT true, c.id, c."externalId", NULL FROM chats c WHERE c.id = $1
    UNION ALL
    SELECT false, u.id, u."externalId", u.name
    FROM (
      SELECT unnest($2::bigint[]) AS id
      UNION
      (SELECT m."userId" FROM chat_members m WHERE $3::boolean AND m."chatId" = $1
       ORDER BY m."joinedAt", m."userId" LIMIT ${FIRST_MEMBERS})
    ) i CROSS JOIN LATERAL (SELECT * FROM users WHERE id = i.id LIMIT 1) u`,
  values: ({ chatId, userIds, withMembers }: Asked) => [chatId, bigints(userIds), withMembers],
  row: ([isChat, id, externalId, name]: Cells) => ({ isChat, id, externalId, name }),
});
