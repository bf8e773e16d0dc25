import { notHidden, seenBySomebody, seesAfter, unreadMentionsOf, unreadOf } from '../chats/chats.queries.js';
import { isListed, isThere } from '../chats/membership.queries.js';
import type { NotifyLevel } from '../contract/index.js';
import { bigints } from '../database/binary-array.js';
import { type MessageCells, messageColumns, messageRow } from '../database/models/message.model.js';
import { type UserCells, userColumns, userRow } from '../database/models/user.model.js';
import { messageSize } from '../messages/model/message-size.js';
import { statement } from '../database/statement.js';

interface NamedChat {
  chatId: number;
  version: number;
}

/** A chat whose version differs from the client's. */
export interface ChangedChat {
  chatId: number;
  version: number;
  lastSeq: number;
  /** The client's version; null when it did not name the chat. */
  known: number | null;
  /** The version at which the user joined, or cleared the chat for themselves: what they had before is not theirs. */
  joined: number;
  /** Whether the user may have cleared it since the client's last call, whatever version the client has. */
  cleared: boolean;
  /** Whether it has the version that the client has, and only a time tells of it: that it was cleared, or a block. */
  onlyByTime: boolean;
}

const chatMessageRow = ([chatId, size, ...message]: [number, number, ...MessageCells]) =>
  Object.assign(messageRow(message), { chatId, size });

/**
 * `$1` user, `$2` chats and `$3` versions that the client has, pairwise, `$4` limit: the user's chats that have another
 * version, or that the client did not name, or that they cleared since `$6`, or in which a block began or ended since then;
 * latest activity first. Of those that it did not name, `$5` takes all (null), or those with a message or a membership after
 * that time.
 *
 * A chat that somebody cleared and opened anew has the same version as before; by the time it is told once.
 *
 * Clearing raises no version, so a client that has missed it and heard a later message has a version that tells nothing:
 * `cleared` goes by the time. A change of settings is noted at the same place; where the first message after what was
 * cleared is from before `$6`, or was purged, it was no clearing.
 *
 * A client that was told of a clearing or a block is told again as long as it names a `$6` before it, so what has changed by
 * nothing else comes last: all else makes progress by versions.
 */
export const changedChats = statement.many({
  name: 'sync.changedChats',
  text: `
    WITH named AS MATERIALIZED (
      SELECT n.chat, n.version FROM unnest($2::bigint[], $3::bigint[]) AS n(chat, version)
    )
    SELECT c.id AS "chatId", c.version, c."lastSeq", n.version AS known,
      m.version AS joined, s.cleared,
      (s.cleared OR b.changed) AND n.version IS NOT DISTINCT FROM c.version AS "onlyByTime"
    FROM chat_members m JOIN chats c ON c.id = m."chatId" LEFT JOIN named n ON n.chat = c.id
    CROSS JOIN LATERAL (
      SELECT CASE WHEN m."clearedSeq" >= c."purgedSeq" AND m."settingsAt" > $6::timestamptz THEN NOT EXISTS (
        SELECT 1 FROM messages x
        WHERE x."chatId" = c.id AND x.seq = m."clearedSeq" + 1 AND x."createdAt" <= $6::timestamptz
      ) ELSE false END AS cleared
    ) s
    CROSS JOIN LATERAL (SELECT COALESCE(c."blocksChangedAt" > $6::timestamptz, false) AS changed) b
    WHERE m."userId" = $1 AND ${isListed('c', 'm')}
      AND (n.version IS DISTINCT FROM c.version OR (
        n.version < m.version AND m.version > 1 AND ($6::timestamptz IS NULL OR m."settingsAt" > $6)
      ) OR s.cleared OR b.changed)
      AND (n.chat IS NOT NULL OR $5::timestamptz IS NULL OR GREATEST(c."lastActivityAt", m."joinedAt") > $5)
    ORDER BY "onlyByTime", c."lastActivityAt" DESC, c.id DESC LIMIT $4`,
  values: ({
    userId,
    named,
    most,
    newerThan,
    since,
  }: {
    userId: number;
    named: readonly NamedChat[];
    most: number;
    newerThan: string | null;
    since: string | null;
  }) => [
    userId,
    bigints(named.map(({ chatId }) => chatId)),
    bigints(named.map(({ version }) => version)),
    most,
    newerThan,
    since,
  ],
  row: ([chatId, version, lastSeq, known, joined, cleared, onlyByTime]: [
    number,
    number,
    number,
    number | null,
    number,
    boolean,
    boolean,
  ]): ChangedChat => ({
    chatId,
    version,
    lastSeq,
    known,
    joined,
    cleared,
    onlyByTime,
  }),
});

/**
 * `$1` user, `$2` chats: those that do not exist, of which the user is not a member, or which they deleted or cleared and
 * that have had no message since.
 */
export const goneChats = statement.many({
  name: 'sync.goneChats',
  text: `
    SELECT n.chat AS "chatId" FROM unnest($2::bigint[]) AS n(chat)
    WHERE NOT EXISTS (
      SELECT 1 FROM chat_members m JOIN chats c ON c.id = m."chatId"
      WHERE m."chatId" = n.chat AND m."userId" = $1 AND ${isListed('c', 'm')}
    )`,
  values: ({ userId, chatIds }: { userId: number; chatIds: readonly number[] }) => [userId, bigints(chatIds)],
  row: ([chatId]: [number]) => chatId,
});

/**
 * Messages `x` of chats `p`, in the order of the given chats (`p.nr`) and by version in each, up to `bytes` in total:
 * the message that exceeds it is the last. The rest is not read, only measured.
 */
const withinBytes = (messages: string, bytes: string, unless = 'false') => `
    SELECT m."chatId", m.size, ${messageColumns.of('m')}, m.seen FROM (
      SELECT p.chat AS "chatId", p.nr, x.*, sum(x.size) OVER (ORDER BY p.nr, x.version) AS total
      FROM ${messages}
    ) m
    WHERE m.total - m.size <= ${bytes} OR ${unless}
    ORDER BY m.nr, m.version`;

/**
 * `$1` user; pairwise `$2` chats, `$3` versions to start after, `$4` the chats' last seqs, `$5` the chats' versions;
 * `$6` limit for each chat, `$7` approximate bytes in total: messages that changed after that version, by version.
 *
 * Revised messages come from their own index. The others are as they were sent. No more of them can have been sent
 * since than the chat had changes, so they are among the newest by seq, and their versions are in the order of seq.
 */
export const changedMessages = statement.many({
  name: 'sync.changedMessages',
  text: withinBytes(
    `
      unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
        WITH ORDINALITY AS p(chat, known, last, version, nr)
      CROSS JOIN LATERAL (SELECT ${seesAfter('p.chat', '$1')} AS after) s
      CROSS JOIN LATERAL (
        SELECT * FROM (
          (
            SELECT ${messageColumns.of('m')}, ${seenBySomebody('m')} AS seen, ${messageSize('m')} AS size FROM messages m
            WHERE m."chatId" = p.chat AND m.revised AND m.version > p.known AND m.seq > s.after
              AND ${notHidden('m', '$1')}
            ORDER BY m.version LIMIT $6
          )
          UNION ALL
          (
            SELECT ${messageColumns.of('m')}, ${seenBySomebody('m')} AS seen, ${messageSize('m')} AS size FROM messages m
            WHERE m."chatId" = p.chat AND NOT m.revised AND m.seq > p.last - (p.version - p.known)
              AND m.version > p.known AND m.seq > s.after AND ${notHidden('m', '$1')}
            ORDER BY m.seq LIMIT $6
          )
        ) both_kinds ORDER BY version LIMIT $6
      ) x`,
    '$7',
  ),
  values: ({
    userId,
    chats,
    most,
    bytes,
  }: {
    userId: number;
    chats: readonly ChangedChat[];
    most: number;
    bytes: number;
  }) => [
    userId,
    bigints(chats.map(({ chatId }) => chatId)),
    bigints(chats.map(({ known }) => known)),
    bigints(chats.map(({ lastSeq }) => lastSeq)),
    bigints(chats.map(({ version }) => version)),
    most,
    bytes,
  ],
  row: chatMessageRow,
});

/**
 * `$1` user, `$2` chats, `$3` limit for each chat, `$4` approximate bytes in total: the newest messages, by version.
 * The first chat is never cut.
 */
export const newestMessages = statement.many({
  name: 'sync.newestMessages',
  text: withinBytes(
    `
      unnest($2::bigint[]) WITH ORDINALITY AS p(chat, nr)
      CROSS JOIN LATERAL (SELECT ${seesAfter('p.chat', '$1')} AS after) s
      CROSS JOIN LATERAL (
        SELECT ${messageColumns.of('m')}, ${seenBySomebody('m')} AS seen, ${messageSize('m')} AS size FROM messages m
        WHERE m."chatId" = p.chat AND m.seq > s.after AND ${notHidden('m', '$1')}
        ORDER BY m.seq DESC LIMIT $3
      ) x`,
    '$4',
    'm.nr = 1',
  ),
  values: ({
    userId,
    chatIds,
    most,
    bytes,
  }: {
    userId: number;
    chatIds: readonly number[];
    most: number;
    bytes: number;
  }) => [userId, bigints(chatIds), most, bytes],
  row: chatMessageRow,
});

/**
 * SQL: the `$3` rows that changed first, and all that changed in the same millisecond as the last of them, so that the
 * next page can begin after it. All times after `$4` count as one: changes with such times may not be committed yet, so
 * no page ends there.
 */
const first = (moment: string) => `ORDER BY LEAST(${moment}, $4::timestamptz) FETCH FIRST $3 ROWS WITH TIES`;

const movedSince = (of: { userId: number; since: string; most: number; settled: string }) => [
  of.userId,
  of.since,
  of.most,
  of.settled,
];

/**
 * `$1` user, `$2` start time, `$3` limit for changes up to `$4` (see `first`): watermarks in the user's chats that
 * moved, oldest first. The user's own watermarks carry the unread counts; in others they are null.
 */
export const movedWatermarks = statement.many({
  name: 'sync.movedWatermarks',
  text: `
    SELECT w."chatId", w."userId", w."readSeq", w."deliveredSeq", w."watermarksAt" AS at,
      CASE WHEN w."userId" = $1 THEN (SELECT ${unreadOf('c', 'w')} FROM chats c WHERE c.id = w."chatId") END AS unread,
      CASE WHEN w."userId" = $1 THEN ${unreadMentionsOf('w')} END AS "unreadMentions",
      CASE WHEN w."userId" = $1 THEN w."unreadSeq" END AS "unreadSeq"
    FROM (
      SELECT m.* FROM chat_members mine JOIN chat_members m ON m."chatId" = mine."chatId"
      JOIN chats c ON c.id = mine."chatId" AND ${isThere('c', 'mine')}
      WHERE mine."userId" = $1 AND m."watermarksAt" > $2::timestamptz
      ${first('m."watermarksAt"')}
    ) w`,
  values: movedSince,
  row: ([chatId, userId, readSeq, deliveredSeq, at, unread, unreadMentions, unreadSeq]: [
    number,
    number,
    number,
    number,
    string,
    number | null,
    number | null,
    number | null,
  ]) => ({ chatId, userId, readSeq, deliveredSeq, at, unread, unreadMentions, unreadSeq }),
});

/** As `movedWatermarks`: messages that the user deleted for themselves. */
export const hiddenSince = statement.many({
  name: 'sync.hiddenSince',
  text: `
    SELECT "chatId", "messageId", at FROM hidden_messages
    WHERE "userId" = $1 AND at > $2::timestamptz
    ${first('at')}`,
  values: movedSince,
  row: ([chatId, messageId, at]: [number, number, string]) => ({ chatId, messageId, at }),
});

/** As `movedWatermarks`: chat settings that the user changed. */
export const settingsSince = statement.many({
  name: 'sync.settingsSince',
  text: `
    SELECT m."chatId", c.version, m."mutedUntil", m."archivedAt", m."pinnedAt", m.notify, m."settingsAt" AS at
    FROM chat_members m JOIN chats c ON c.id = m."chatId"
    WHERE m."userId" = $1 AND m."settingsAt" > $2::timestamptz AND ${isThere('c', 'm')}
    ${first('m."settingsAt"')}`,
  values: movedSince,
  row: ([chatId, version, mutedUntil, archivedAt, pinnedAt, notify, at]: [
    number,
    number,
    string | null,
    string | null,
    string | null,
    NotifyLevel | null,
    string,
  ]) => ({ chatId, version, mutedUntil, archivedAt, pinnedAt, notify, at }),
});

/**
 * As `movedWatermarks`: profiles of members of the user's chats that changed, and of those who were erased. Each chat is looked up once, and costs more
 * only for what changed in it.
 */
export const profilesSince = statement.many({
  name: 'sync.profilesSince',
  text: `
    SELECT ${userColumns.of('u')}, w.at FROM (
      SELECT p."userId", max(p.at) AS at
      FROM chat_members mine CROSS JOIN LATERAL (
        (SELECT p."userId", p.at FROM profile_changes p
          WHERE p."chatId" = mine."chatId" AND p.at > $2::timestamptz OFFSET 0)
        UNION ALL
        (SELECT e."userId", e.at FROM erased_members e
          WHERE e."chatId" = mine."chatId" AND e.at > $2::timestamptz OFFSET 0)
      ) p
      JOIN chats c ON c.id = mine."chatId" AND ${isThere('c', 'mine')}
      WHERE mine."userId" = $1
      GROUP BY p."userId"
      ${first('max(p.at)')}
    ) w JOIN users u ON u.id = w."userId"
    ORDER BY w.at`,
  values: movedSince,
  row: (cells: [...UserCells, at: string]) => ({
    user: userRow(cells.slice(0, -1) as UserCells),
    at: cells.at(-1) as string,
  }),
});

/** `$1` milliseconds: the time that long before now, and now, by the database's clock. */
export const momentBefore = statement.one({
  name: 'sync.momentBefore',
  text: `
    SELECT (n.now - $1 * interval '1 millisecond')::timestamptz(3) AS at, n.now::timestamptz(3)
    FROM (SELECT clock_timestamp() AS now) n`,
  values: (milliseconds: number) => [milliseconds],
  row: ([at, now]: [string, string]) => ({ at, now }),
});
