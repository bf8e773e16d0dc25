import { isReached, readUpTo } from '../chats/who-is-told.js';
import { bigints, texts } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import type { Stretch } from './recipients.queries.js';
import { ALL_CHATS } from './states.queries.js';

/** Most chats of somebody that are looked at when their quiet hours end, those in which something happened last. */
const MOST_LOOKED_AT = 50;

/** `$1` users, `$2` until when they want quiet: notes that something was not pushed to them. */
export const noteQuiet = statement.count({
  name: 'push.noteQuiet',
  text: `
    INSERT INTO push_quiet ("userId", until)
    SELECT * FROM unnest($1::bigint[], $2::text[]::timestamptz[]) ORDER BY 1
    ON CONFLICT ("userId") DO UPDATE SET until = EXCLUDED.until WHERE push_quiet.until <> EXCLUDED.until`,
  values: (all: readonly { userId: number; until: Date }[]) => [
    bigints(all.map(({ userId }) => userId)),
    texts(all.map(({ until }) => until.toISOString())),
  ],
});

/**
 * `$1` limit, `$2` users who are being told: of the others, whose quiet hours are over, since when, and whether they were told
 * how many more chats there are, which is the last that they are told.
 */
export const quietEnded = statement.many({
  name: 'push.quietEnded',
  text: `
    SELECT q."userId", q.until, EXISTS (
      SELECT FROM push_states s
      WHERE s."userId" = q."userId" AND s."chatId" = ${ALL_CHATS}
        AND s."pushedSeq" >= (extract(epoch FROM q.until) * 1000)::bigint
    )
    FROM push_quiet q WHERE q.until <= clock_timestamp() AND q."userId" <> ALL($2::bigint[])
    ORDER BY q.until LIMIT $1`,
  values: ({ most, except }: { most: number; except: readonly number[] }) => [most, bigints(except)],
  row: ([userId, until, isTold]: [number, string, boolean]) => ({ userId, until: Date.parse(until), isTold }),
});

/** Unread messages of a chat, of one member. */
export interface Unread extends Stretch {
  userId: number;
}

/** `$1` users: the chats with messages that they have not read, of each member those in which something happened last first. */
export const unreadChats = statement.many({
  name: 'push.unreadChats',
  text: `
    SELECT u.id, n."chatId", n.first, n.last
    FROM unnest($1::bigint[]) WITH ORDINALITY AS u(id, nr)
    CROSS JOIN LATERAL (
      SELECT c.id AS "chatId", ${readUpTo('m')} + 1 AS first, c."lastSeq" AS last, c."lastActivityAt" AS at
      FROM chat_members m CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = m."chatId" LIMIT 1) c
      WHERE m."userId" = u.id AND c."lastSeq" > ${readUpTo('m')} AND m."archivedAt" IS NULL AND ${isReached('m')}
      ORDER BY c."lastActivityAt" DESC, c.id LIMIT ${MOST_LOOKED_AT}
    ) n
    ORDER BY u.nr, n.at DESC, n."chatId"`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: ([userId, chatId, firstSeq, lastSeq]: [number, number, number, number]): Unread => ({
    userId,
    chatId,
    firstSeq,
    lastSeq,
  }),
});

/** `$1` users: they were told. Who wants quiet again by now stays. */
export const forgetQuiet = statement.count({
  name: 'push.forgetQuiet',
  text: `
    DELETE FROM push_quiet WHERE "userId" IN (
      SELECT "userId" FROM push_quiet WHERE "userId" = ANY($1::bigint[]) AND until <= clock_timestamp()
      ORDER BY 1 FOR UPDATE
    )`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
});
