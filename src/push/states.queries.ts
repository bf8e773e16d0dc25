import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import { TARGET, type Target, type TargetCells, targetRow } from './targets.queries.js';

/** A device and what it is told. */
export interface Told {
  userId: number;
  chatId: number;
  seq: number;
  target: Target;
}

type ToldCells = [userId: number, chatId: number, seq: number, ...TargetCells];

const toldRow = ([userId, chatId, seq, ...target]: ToldCells): Told => ({
  userId,
  chatId,
  seq,
  target: targetRow(target),
});

interface Upto {
  userId: number;
  chatId: number;
  seq: number;
}

const columns = (all: readonly Upto[]) => [
  bigints(all.map(({ userId }) => userId)),
  bigints(all.map(({ chatId }) => chatId)),
  bigints(all.map(({ seq }) => seq)),
];

/**
 * `$1` users, `$2` chats, `$3` seqs, in order: notes that they are pushed up to there, and returns the devices of those who
 * were not before. So what is sent afterwards is sent once, whoever reads the log again.
 */
export const claimPushes = statement.many({
  name: 'push.claim',
  text: `
    WITH claimed AS (
      INSERT INTO push_states AS s ("userId", "chatId", "pushedSeq")
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
      ON CONFLICT ("userId", "chatId") DO UPDATE SET "pushedSeq" = EXCLUDED."pushedSeq", at = clock_timestamp()
        WHERE s."pushedSeq" < EXCLUDED."pushedSeq"
      RETURNING "userId", "chatId", "pushedSeq"
    )
    SELECT c."userId", c."chatId", c."pushedSeq", ${TARGET} FROM claimed c JOIN push_targets t ON t."userId" = c."userId"`,
  values: columns,
  row: toldRow,
});

/** `$1` users, `$2` chats: the native devices of those who were pushed this chat and have read it all, who are noted no more. */
export const releasePushes = statement.many({
  name: 'push.release',
  text: `
    WITH released AS (
      DELETE FROM push_states s
      USING unnest($1::bigint[], $2::bigint[]) AS r("userId", "chatId"), chat_members m
      WHERE s."userId" = r."userId" AND s."chatId" = r."chatId"
        AND m."chatId" = s."chatId" AND m."userId" = s."userId" AND m."readSeq" >= s."pushedSeq"
      RETURNING s."userId", s."chatId", s."pushedSeq"
    )
    SELECT r."userId", r."chatId", r."pushedSeq", ${TARGET}
    FROM released r JOIN push_targets t ON t."userId" = r."userId" AND t.kind <> 'web'`,
  values: (all: readonly { userId: number; chatId: number }[]) => [
    bigints(all.map(({ userId }) => userId)),
    bigints(all.map(({ chatId }) => chatId)),
  ],
  row: toldRow,
});

/** `$1` target, `$2` token, `$3` user, `$4` chat, `$5` seq: whether a push that failed is still to be sent: not read, and no newer one. */
export const isStillDue = statement.oneOrNone({
  name: 'push.isStillDue',
  text: `
    SELECT 1 FROM push_states s
    JOIN push_targets t ON t.id = $1 AND t.token = $2 AND t."userId" = s."userId"
    JOIN chat_members m ON m."chatId" = s."chatId" AND m."userId" = s."userId"
    WHERE s."userId" = $3 AND s."chatId" = $4 AND s."pushedSeq" = $5 AND m."readSeq" < $5`,
  values: ({ target, userId, chatId, seq }: Told) => [target.id, target.token, userId, chatId, seq],
  row: () => true,
});

/** `$1` days, `$2` limit: forgets what was pushed so long ago. */
export const forgetPushes = statement.count({
  name: 'push.forget',
  text: `
    DELETE FROM push_states WHERE ("userId", "chatId") IN (
      SELECT "userId", "chatId" FROM push_states WHERE at < clock_timestamp() - make_interval(days => $1)
      ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED
    )`,
  values: ({ days, most }: { days: number; most: number }) => [days, most],
});
