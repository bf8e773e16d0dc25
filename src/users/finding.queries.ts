import type { Directory } from '../config/environment.js';
import { bigints } from '../database/binary-array.js';
import { userColumns, userRow } from '../database/models/user.model.js';
import { statement } from '../database/statement.js';
import { finds } from './directory/finds.queries.js';

/** Most chats of a user, the newest, among whose members their contacts are looked for, and most of these members. */
const MOST_CHATS = 1_000;
const MOST_MEMBERS = 5_000;

/** null: the application, which finds everybody. */
interface Asked {
  readerId: number | null;
  directory: Directory;
}

/**
 * SQL: the ids (`o."userId"`, some of them several times) of the reader and of users who share a chat with them: members
 * of direct chats and small groups before those of large groups, up to a bound.
 */
export const contactsOf = (reader: string) => `(
      SELECT ${reader}::bigint AS "userId"
      UNION ALL (
        SELECT m."userId" FROM (
          SELECT c.id FROM (
            SELECT "chatId" FROM chat_members WHERE "userId" = ${reader} ORDER BY "chatId" DESC LIMIT ${MOST_CHATS}
          ) own CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = own."chatId" LIMIT 1) c
          ORDER BY c."memberCount", c.id DESC
        ) c
        CROSS JOIN LATERAL (SELECT "userId" FROM chat_members WHERE "chatId" = c.id OFFSET 0) m
        LIMIT ${MOST_MEMBERS}
      )
    ) o`;

/** `$1` a person, `$2` readers, `$3` DIRECTORY: what the person is called, and which of the readers find them. */
export const findersOf = statement.oneOrNone({
  name: 'users.findersOf',
  text: `
    SELECT u.id, u.name, u."avatarUrl", ARRAY(
      SELECT r.id FROM unnest($2::bigint[]) AS r(id) WHERE ${finds('r.id', 'u.id', '$3')}
    ) AS finders
    FROM users u WHERE u.id = $1`,
  values: (asked: { userId: number; readerIds: readonly number[]; directory: Directory }) => [
    asked.userId,
    bigints(asked.readerIds),
    asked.directory,
  ],
  row: ([userId, name, avatarUrl, finders]: [number, string | null, string | null, number[]]) => ({
    called: { userId, name, avatarUrl },
    finders: new Set(finders),
  }),
});

/** `$1` reader or null, `$2` ids, `$3` DIRECTORY: the users among them whom the reader finds, in the order of the ids. */
export const foundByIds = statement.many({
  name: 'users.foundByIds',
  text: `
    SELECT ${userColumns.of('u')}
    FROM unnest($2::bigint[]) WITH ORDINALITY AS i(id, nr) JOIN users u ON u.id = i.id
    WHERE ${finds('$1', 'u.id', '$3')}
    ORDER BY i.nr`,
  values: ({ readerId, directory, ids }: Asked & { ids: readonly number[] }) => [
    readerId,
    bigints(ids),
    directory,
  ],
  row: userRow,
});

/** `$1` id after which the page begins, `$2` limit: users by id. */
export const usersAfter = statement.many({
  name: 'users.after',
  text: `SELECT ${userColumns.of('u')} FROM users u WHERE u.id > $1 ORDER BY u.id LIMIT $2`,
  values: ({ after, most }: { after: number; most: number }) => [after, most],
  row: userRow,
});

/** `$1` reader, `$2` id after which the page begins, `$3` limit: the reader and their contacts by id. */
export const contactsAfter = statement.many({
  name: 'users.contactsAfter',
  text: `
    SELECT ${userColumns.of('u')} FROM (
      SELECT DISTINCT o."userId" AS id FROM ${contactsOf('$1')} WHERE o."userId" > $2 ORDER BY 1 LIMIT $3
    ) p JOIN users u ON u.id = p.id
    ORDER BY u.id`,
  values: ({ readerId, after, most }: { readerId: number; after: number; most: number }) => [
    readerId,
    after,
    most,
  ],
  row: userRow,
});
