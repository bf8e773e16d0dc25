import { bigints, texts } from '../database/binary-array.js';
import { userColumns, userRow } from '../database/models/user.model.js';
import { statement } from '../database/statement.js';
import { contactsOf } from './finding.queries.js';
import { MAX_WORDS } from './name-words.js';

/** Most people of the rarest word who are looked at for the other words. */
const MOST_CANDIDATES = 1_000;

/** Behind every text that begins with the word. */
const END = '\u{10FFFF}';

interface Search {
  /** At least one. */
  words: readonly string[];
  most: number;
}

const rangesOf = (words: readonly string[]) => [texts(words), texts(words.map((word) => word + END))];

/** SQL: the word begins with one that is asked for. */
const begins = (word: string, asked: string) =>
  `${word}.word >= ${asked}.low AND ${word}.word < ${asked}.high`;

/** SQL: each word that is asked for, of those that `which` names, begins a word of the person's name. */
const hasAll = (person: string, which: string) => `NOT EXISTS (
        SELECT 1 FROM asked a WHERE ${which} AND NOT EXISTS (
          SELECT 1 FROM user_name_words h WHERE h."userId" = ${person} AND ${begins('h', 'a')}
        )
      )`;

/**
 * `$1`, `$2` words and their ends, `$3` limit, `$4` most people that are looked at: users of whose names each word begins
 * a word, sorted by the word that begins with the rarest. One index range is read, up to `$4` entries, and for each of
 * them the other words are looked up.
 */
export const foundByName = statement.many({
  name: 'users.foundByName',
  text: `
    WITH asked AS MATERIALIZED (
      SELECT a.low, a.high, a.nr, CASE WHEN array_length($1::text[], 1) > 1 THEN (
        SELECT count(*) FROM (
          SELECT 1 FROM user_name_words w WHERE ${begins('w', 'a')} LIMIT ${MOST_CANDIDATES}
        ) w
      ) END AS many
      FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS a(low, high, nr)
    ), rarest AS MATERIALIZED (SELECT * FROM asked ORDER BY many, nr LIMIT 1)
    SELECT ${userColumns.of('u')} FROM (
      SELECT w."userId", min(w.word) AS word FROM (
        SELECT w.*, r.nr FROM rarest r CROSS JOIN LATERAL (
          SELECT w.word, w."userId" FROM user_name_words w WHERE ${begins('w', 'r')}
          ORDER BY w.word, w."userId" LIMIT $4
        ) w
      ) w
      WHERE ${hasAll('w."userId"', 'a.nr <> w.nr')}
      GROUP BY w."userId" ORDER BY 2, 1 LIMIT $3
    ) f JOIN users u ON u.id = f."userId"
    ORDER BY f.word, u.id`,
  values: ({ words, most }: Search) => [
    ...rangesOf(words),
    most,
    words.length === 1 ? most * MAX_WORDS : MOST_CANDIDATES,
  ],
  row: userRow,
});

/** `$1`, `$2` words and their ends, `$3` limit, `$4` reader: as `foundByName`, among the reader and their contacts. */
export const foundAmongContacts = statement.many({
  name: 'users.foundAmongContacts',
  text: `
    WITH asked AS MATERIALIZED (
      SELECT a.low, a.high, a.nr FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS a(low, high, nr)
    )
    SELECT ${userColumns.of('u')} FROM (
      SELECT p.id, w.word FROM (SELECT DISTINCT o."userId" AS id FROM ${contactsOf('$4')}) p
      CROSS JOIN asked f CROSS JOIN LATERAL (
        SELECT w.word FROM user_name_words w WHERE w."userId" = p.id AND ${begins('w', 'f')} ORDER BY w.word LIMIT 1
      ) w
      WHERE f.nr = 1 AND ${hasAll('p.id', 'a.nr > 1')}
      ORDER BY w.word, p.id LIMIT $3
    ) f JOIN users u ON u.id = f.id
    ORDER BY f.word, u.id`,
  values: ({ readerId, words, most }: Search & { readerId: number }) => [...rangesOf(words), most, readerId],
  row: userRow,
});

export interface UserName {
  id: number;
  name: string | null;
}

const nameRow = ([id, name]: [number, string | null]): UserName => ({ id, name });

/** `$1` users: those among them whose name has changed since its words were written. */
export const namesOf = statement.many({
  name: 'users.namesOf',
  text: `SELECT id, name FROM users WHERE id = ANY($1::bigint[]) AND name IS DISTINCT FROM "wordsOf"`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: nameRow,
});

/** `$1` limit: users whose name has changed since its words were written. */
export const namesToIndex = statement.many({
  name: 'users.namesToIndex',
  text: `SELECT id, name FROM users WHERE name IS DISTINCT FROM "wordsOf" ORDER BY id LIMIT $1`,
  values: (most: number) => [most],
  row: nameRow,
});

/**
 * `$1` users, `$2` their names, pairwise; `$3` users, `$4` words, pairwise: writes the words of those who still have that
 * name. Rows are locked in the order of their ids, so nodes can't deadlock.
 */
export const writeWords = statement.count({
  name: 'users.writeWords',
  text: `
    WITH named AS MATERIALIZED (
      SELECT u.id FROM unnest($1::bigint[], $2::text[]) AS i(id, name) JOIN users u ON u.id = i.id
      WHERE u.name IS NOT DISTINCT FROM i.name ORDER BY u.id FOR NO KEY UPDATE OF u
    ), gone AS (
      DELETE FROM user_name_words w USING named n WHERE w."userId" = n.id
        AND (w."userId", w.word) NOT IN (SELECT i.id, i.word FROM unnest($3::bigint[], $4::text[]) AS i(id, word))
    ), added AS (
      INSERT INTO user_name_words (word, "userId")
      SELECT i.word, i.id FROM unnest($3::bigint[], $4::text[]) AS i(id, word) JOIN named n ON n.id = i.id
      ON CONFLICT DO NOTHING
    )
    UPDATE users u SET "wordsOf" = u.name FROM named n WHERE u.id = n.id`,
  values: (people: readonly (UserName & { words: readonly string[] })[]) => [
    bigints(people.map(({ id }) => id)),
    texts(people.map(({ name }) => name)),
    bigints(people.flatMap(({ id, words }) => words.map(() => id))),
    texts(people.flatMap(({ words }) => words)),
  ],
});
