import { levelOf } from '../chats/notify-levels.js';
import { isFor, isReached, readUpTo } from '../chats/who-is-told.js';
import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import { isGrowing } from '../messages/streamed.queries.js';

/** The messages of a chat that are told together. */
export interface Stretch {
  chatId: number;
  firstSeq: number;
  lastSeq: number;
}

/** A member who is to be told of a message. */
export interface Recipient {
  userId: number;
  chatId: number;
  seq: number;
}

/** Most messages of a stretch that are looked at for each member, from its end. */
const MOST_LOOKED_AT = 200;

/**
 * `$1` chats, `$2` first, `$3` last seq of the stretch of each, `$4` users or null for all: who is to be told, of each the
 * newest message of the stretch that is for them; of members with the level `mentions` the newest that mentions them. They have
 * a device, have not read it, and were not told of it. What is still being written is told when it has ended. In order of users and chats. In this form each member is looked up by
 * keys, whatever the planner assumes.
 */
export const recipientsOf = statement.many({
  name: 'push.recipients',
  text: `
    WITH due AS MATERIALIZED (
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS d(chat, first, last)
    ), people AS MATERIALIZED (
      SELECT m."chatId", m."userId", GREATEST(d.first - 1, ${readUpTo('m')}) AS after, d.last, ${levelOf('c', 'm')} AS level
      FROM due d
      CROSS JOIN LATERAL (SELECT type FROM chats WHERE id = d.chat LIMIT 1) c
      CROSS JOIN LATERAL (
        SELECT * FROM chat_members m
        WHERE m."chatId" = d.chat AND ($4::bigint[] IS NULL OR m."userId" = ANY($4::bigint[])) OFFSET 0
      ) m
      WHERE d.last > ${readUpTo('m')} AND (SELECT 1 FROM push_targets p WHERE p."userId" = m."userId" LIMIT 1) IS NOT NULL
        AND ${isReached('m')}
    )
    SELECT p."userId", p."chatId", n.seq
    FROM people p
    CROSS JOIN LATERAL (
      (
        SELECT x.seq FROM (
          SELECT * FROM messages x
          WHERE x."chatId" = p."chatId" AND x.seq > p.after AND x.seq <= p.last AND p.level = 'all'
          ORDER BY x.seq DESC LIMIT ${MOST_LOOKED_AT}
        ) x
        WHERE ${isFor('x', 'p')} AND ${isGrowing('x')} IS NOT TRUE ORDER BY x.seq DESC LIMIT 1
      ) UNION ALL (
        SELECT x.seq FROM (
          SELECT y.seq FROM message_mentions y
          WHERE y."chatId" = p."chatId" AND y."userId" IN (p."userId", 0) AND y.seq > p.after AND y.seq <= p.last
            AND p.level = 'mentions'
          ORDER BY y.seq DESC LIMIT ${MOST_LOOKED_AT}
        ) y
        CROSS JOIN LATERAL (SELECT * FROM messages WHERE "chatId" = p."chatId" AND seq = y.seq LIMIT 1) x
        WHERE ${isFor('x', 'p')} AND ${isGrowing('x')} IS NOT TRUE ORDER BY x.seq DESC LIMIT 1
      )
    ) n
    WHERE (
      SELECT 1 FROM push_states s
      WHERE s."userId" = p."userId" AND s."chatId" = p."chatId" AND s."pushedSeq" >= n.seq
    ) IS NULL
    ORDER BY p."userId", p."chatId"`,
  values: ({ stretches, userIds }: { stretches: readonly Stretch[]; userIds: readonly number[] | null }) => [
    bigints(stretches.map(({ chatId }) => chatId)),
    bigints(stretches.map(({ firstSeq }) => firstSeq)),
    bigints(stretches.map(({ lastSeq }) => lastSeq)),
    bigints(userIds),
  ],
  row: ([userId, chatId, seq]: [number, number, number]): Recipient => ({ userId, chatId, seq }),
});

/** `$1` messages: where those stand that are still there. */
export const placesOf = statement.many({
  name: 'push.placesOf',
  text: `
    SELECT m."chatId", m.seq FROM messages m WHERE m.id = ANY($1::bigint[]) AND m."deletedAt" IS NULL ORDER BY m.id`,
  values: (messageIds: readonly number[]) => [bigints(messageIds)],
  row: ([chatId, seq]: [number, number]) => ({ chatId, seq }),
});
