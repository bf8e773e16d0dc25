import type { Directory } from '../../config/environment.js';
import { texts } from '../../database/binary-array.js';
import { statement } from '../../database/statement.js';
import { finds } from '../../users/directory/finds.queries.js';

type Row = [externalId: string, id: number];

const found = ([externalId, id]: Row) => ({ externalId, id });

/** `$1` reader or null, `$2` externalIds, `$3` DIRECTORY: the users who have them and whom the reader finds. */
export const usersNamed = statement.many({
  name: 'externalIds.users',
  text: `
    SELECT u."externalId", u.id
    FROM unnest($2::text[]) AS i("externalId")
    CROSS JOIN LATERAL (SELECT * FROM users WHERE "externalId" = i."externalId" LIMIT 1) u
    WHERE ${finds('$1', 'u.id', '$3')}`,
  values: (asked: { readerId: number | null; externalIds: readonly string[]; directory: Directory }) => [
    asked.readerId,
    texts(asked.externalIds),
    asked.directory,
  ],
  row: found,
});

/** `$1` reader or null, `$2` externalIds: the chats that have them, and that are public, or the reader is a member of or invited to. */
export const chatsNamed = statement.many({
  name: 'externalIds.chats',
  text: `
    SELECT c."externalId", c.id
    FROM unnest($2::text[]) AS i("externalId")
    CROSS JOIN LATERAL (SELECT id, "externalId", visibility FROM chats WHERE "externalId" = i."externalId" LIMIT 1) c
    WHERE $1::bigint IS NULL
      OR c.visibility = 'public'
      OR EXISTS (SELECT 1 FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $1)
      OR EXISTS (SELECT 1 FROM chat_invitations v WHERE v."chatId" = c.id AND v."userId" = $1 AND NOT v.withheld)`,
  values: (asked: { readerId: number | null; externalIds: readonly string[] }) => [
    asked.readerId,
    texts(asked.externalIds),
  ],
  row: found,
});
