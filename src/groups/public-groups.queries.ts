import type { PublicChatView } from '../contract/index.js';
import { texts } from '../database/binary-array.js';
import { statement } from '../database/statement.js';

/** Most groups with one word that are looked at for the others. */
const MOST_CANDIDATES = 1_000;

/** Behind every text that begins with the word. */
const END = '\u{10FFFF}';

/** `$1` group that is locked or new, `$2` words of its title and the empty one; none: it is not public. */
export const setPublicWords = statement.count({
  name: 'groups.setPublicWords',
  text: `
    WITH gone AS (
      DELETE FROM public_group_words WHERE "chatId" = $1 AND word <> ALL($2::text[])
    )
    INSERT INTO public_group_words (word, "chatId") SELECT w.word, $1 FROM unnest($2::text[]) AS w(word)
    ON CONFLICT DO NOTHING`,
  values: ({ chatId, words }: { chatId: number; words: readonly string[] }) => [chatId, texts(words)],
});

interface Listing {
  /** The longest first; none: all groups. */
  words: readonly string[];
  /** Only groups with a smaller id. */
  before: number;
  most: number;
  readerId: number | null;
}

/** The groups `f`, as somebody sees them who is not a member. */
const shown = (found: string, reader: string) => `
    SELECT c.id, c."externalId", c.title, c."avatarUrl", c."memberCount",
      EXISTS (SELECT 1 FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = ${reader}) AS "isMember"
    FROM (${found}) f CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = f."chatId" LIMIT 1) c
    ORDER BY c.id DESC`;

const publicChatRow = ([chatId, externalId, title, avatarUrl, memberCount, isMember]: [
  number,
  string | null,
  string | null,
  string | null,
  number,
  boolean,
]): PublicChatView => ({ chatId, externalId, title, avatarUrl, memberCount, isMember });

/** `$1` id before which the page begins, `$2` limit, `$3` reader or null: public groups, the newest first. */
export const publicGroups = statement.many({
  name: 'groups.public',
  text: shown(
    `SELECT "chatId" FROM public_group_words WHERE word = '' AND "chatId" < $1 ORDER BY "chatId" DESC LIMIT $2`,
    '$3',
  ),
  values: ({ before, most, readerId }: Omit<Listing, 'words'>) => [before, most, readerId],
  row: publicChatRow,
});

/**
 * `$1` id, `$2` limit, `$3` reader or null, `$4` and `$5` words and their ends: those of whose titles each word begins a
 * word. One index range is read, up to a bound, and for each group of it the other words are looked up.
 */
export const publicGroupsByTitle = statement.many({
  name: 'groups.publicByTitle',
  text: shown(
    `
      SELECT DISTINCT w."chatId" FROM (
        SELECT w."chatId" FROM public_group_words w WHERE w.word >= ($4::text[])[1] AND w.word < ($5::text[])[1]
        ORDER BY w.word, w."chatId" LIMIT ${MOST_CANDIDATES}
      ) w
      WHERE w."chatId" < $1 AND NOT EXISTS (
        SELECT 1 FROM unnest($4::text[], $5::text[]) AS a(low, high) WHERE NOT EXISTS (
          SELECT 1 FROM public_group_words h WHERE h."chatId" = w."chatId" AND h.word >= a.low AND h.word < a.high
        )
      )
      ORDER BY w."chatId" DESC LIMIT $2`,
    '$3',
  ),
  values: ({ words, before, most, readerId }: Listing) => [
    before,
    most,
    readerId,
    texts(words),
    texts(words.map((word) => word + END)),
  ],
  row: publicChatRow,
});

/** `$1` group, `$2` user: counts 1 when it is public, or the user is a member. Strangers to a group do not lock it. */
export const mayJoin = statement.count({
  name: 'groups.mayJoin',
  text: `
    SELECT 1 FROM chats c WHERE c.id = $1 AND c.type = 'group' AND (
      c.visibility = 'public' OR EXISTS (SELECT 1 FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $2)
    )`,
  values: ({ chatId, userId }: { chatId: number; userId: number }) => [chatId, userId],
});
