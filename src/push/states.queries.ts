import { bigints } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import { readUpTo } from '../chats/who-is-told.js';
import { TARGET, type Target, type TargetCells, targetRow } from './targets.queries.js';

/**
 * Stands for a chat where somebody is told how many more chats have something unread; the seq is then when their quiet hours
 * ended, in milliseconds.
 */
export const ALL_CHATS = 0;

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

/** In the order in which rows of what was pushed are locked. */
export const inLockOrder = <One extends Pick<Upto, 'userId' | 'chatId'>>(rows: Iterable<One>): One[] =>
  [...rows].sort((one, other) => one.userId - other.userId || one.chatId - other.chatId);

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

/** SQL: locks what was pushed of the entries `e` of the parameters, by keys, in the order in which it is claimed. */
const locked = (condition: string, from = '') => `
    WITH locked AS MATERIALIZED (
      SELECT s.*
      FROM (
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS e("userId", "chatId", seq) ORDER BY 1, 2
      ) e
      CROSS JOIN LATERAL (
        SELECT "userId", "chatId", "pushedSeq" FROM push_states
        WHERE "userId" = e."userId" AND "chatId" = e."chatId" LIMIT 1 FOR UPDATE
      ) s
      ${from}
      WHERE ${condition}
    )`;

/** `$1` users, `$2` chats, `$3` seqs that were claimed and not sent: whoever reads the log again claims them again. */
export const giveBackPushes = statement.count({
  name: 'push.giveBack',
  text: `${locked('s."pushedSeq" = e.seq')}
    UPDATE push_states s SET "pushedSeq" = s."pushedSeq" - 1 FROM locked l
    WHERE s."userId" = l."userId" AND s."chatId" = l."chatId" AND s."pushedSeq" = l."pushedSeq"`,
  values: columns,
});

/**
 * `$1` users, `$2` chats, `$3` not looked at: the native devices of those who were pushed this chat and have read it all, who
 * are noted no more.
 */
export const releasePushes = statement.many({
  name: 'push.release',
  text: `${locked(
    `${readUpTo('m')} >= s."pushedSeq"`,
    `CROSS JOIN LATERAL (
        SELECT * FROM chat_members WHERE "chatId" = s."chatId" AND "userId" = s."userId" LIMIT 1
      ) m`,
  )}, released AS (
      DELETE FROM push_states s USING locked l
      WHERE s."userId" = l."userId" AND s."chatId" = l."chatId" AND s."pushedSeq" = l."pushedSeq"
      RETURNING s."userId", s."chatId", s."pushedSeq"
    )
    SELECT r."userId", r."chatId", r."pushedSeq", ${TARGET}
    FROM released r JOIN push_targets t ON t."userId" = r."userId" AND t.kind <> 'web'`,
  values: (all: readonly { userId: number; chatId: number }[]) =>
    columns(all.map(({ userId, chatId }) => ({ userId, chatId, seq: 0 }))),
  row: toldRow,
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
