import { visibleAfter } from '../chats/membership.queries.js';
import { bigints, ints, texts } from '../database/binary-array.js';
import { statement } from '../database/statement.js';
import { isGrowing, writtenOf } from '../messages/streamed.queries.js';
import { originalHash } from '../messages/model/body.queries.js';
import { quoted } from '../database/columns.js';

/** A stream whose message is about to be sent, by the sender and the key of the message. */
interface Keyed {
  userId: number;
  key: string;
}

/** A stream, and its message if that was sent for all that is known. */
export interface OpenStream extends Keyed {
  messageId: number | null;
}

const openRow = ([userId, key, messageId]: [number, string, number | null]): OpenStream => ({
  userId,
  key,
  messageId,
});

/** A message that somebody writes. */
export interface Writing {
  messageId: number;
  userId: number;
}

interface Attached extends Keyed {
  messageId: number;
  chatId: number;
  content: string;
  leaseMs: number;
}

const keyed = ({ userId, key }: Keyed) => [userId, key];

/** SQL: a stream without a delta ends then. `$n` milliseconds. */
const after = (ms: string) => `clock_timestamp() + ${ms}::double precision * interval '1 millisecond'`;

/**
 * `$1` user, `$2` key, `$3` most unfinished streams of the user, `$4` milliseconds: notes that the message is about to be
 * sent, so that a node that dies leaves no message that says it grows. Whether that is noted, by whomever, and whether by
 * this call: of two at once with one key the later one sees that there is room, and does not see the row of the other.
 */
export const beginStream = statement.one({
  name: 'streams.begin',
  text: `
    WITH known AS (SELECT 1 FROM message_streams WHERE "userId" = $1 AND key = $2),
    room AS (SELECT 1 WHERE (SELECT count(*) FROM message_streams WHERE "userId" = $1) < $3::int),
    made AS (
      INSERT INTO message_streams ("userId", key, "endsAt") SELECT $1, $2, ${after('$4')} FROM room
      WHERE NOT EXISTS (SELECT 1 FROM known)
      ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM known) OR EXISTS (SELECT 1 FROM room), EXISTS (SELECT 1 FROM made)`,
  values: ({ userId, key, most, leaseMs }: Keyed & { most: number; leaseMs: number }) => [
    userId,
    key,
    most,
    leaseMs,
  ],
  row: ([there, made]: [boolean, boolean]) => ({ there, made }),
});

/** `$1` user, `$2` key: no message was sent, or it does not grow. A stream that has its message stays. */
export const dropStream = statement.count({
  name: 'streams.drop',
  text: `DELETE FROM message_streams WHERE "userId" = $1 AND key = $2 AND "messageId" IS NULL`,
  values: keyed,
});

/**
 * `$1` user, `$2` key, `$3` message, `$4` chat, `$5` its first words, `$6` their length, `$7` milliseconds: the message was
 * sent. Also when what was noted before has been dropped by another call with the same key that failed. Whether it was not
 * known before, and grows.
 *
 * Not an upsert: of two at once, `ON CONFLICT` with a target may miss the row that the other one is changing, and then
 * fails on the other unique index. Without a target it heeds both.
 */
export const attachStream = statement.one({
  name: 'streams.attach',
  text: `
    WITH grows AS (SELECT g.id FROM messages g WHERE g.id = $3 AND ${isGrowing('g')}),
    noted AS (
      UPDATE message_streams s SET "messageId" = g.id, "chatId" = $4, length = $6 FROM grows g
      WHERE s."userId" = $1 AND s.key = $2 AND s."messageId" IS NULL
      RETURNING s."messageId"
    ), unnoted AS (
      INSERT INTO message_streams ("userId", key, "messageId", "chatId", length, "endsAt")
      SELECT $1, $2, g.id, $4, $6, ${after('$7')} FROM grows g WHERE NOT EXISTS (SELECT 1 FROM noted)
      ON CONFLICT DO NOTHING RETURNING "messageId"
    ), attached AS (
      SELECT "messageId" FROM noted UNION ALL SELECT "messageId" FROM unnoted
    ), written AS (
      INSERT INTO message_stream_parts ("messageId", start, text)
      SELECT "messageId", 0, $5 FROM attached WHERE $5::text <> ''
    )
    SELECT EXISTS (SELECT 1 FROM attached)`,
  values: ({ userId, key, messageId, chatId, content, leaseMs }: Attached) => [
    userId,
    key,
    messageId,
    chatId,
    content,
    content.length,
    leaseMs,
  ],
  row: ([attached]: [boolean]) => attached,
});

/** `$1` user, `$2` key: the message that was sent with it. */
export const messageOfKey = statement.oneOrNone({
  name: 'streams.messageOfKey',
  text: `
    SELECT id, "chatId", content, metadata FROM messages
    WHERE "senderId" = $1 AND "clientId" = $2 AND "deletedAt" IS NULL`,
  values: keyed,
  row: ([id, chatId, content, metadata]: [number, number, string, Record<string, unknown> | null]) => ({
    id,
    chatId,
    content,
    metadata,
  }),
});

/** What is to be added to a message. */
export interface Addition {
  messageId: number;
  userId: number;
  start: number;
  text: string;
}

/** Milliseconds by which the end of a stream moves at least: a row of which only `length` changes costs no index anything. */
export const MOVES_BY_MS = 5_000;

/**
 * `$1` messages, `$2` their writers, `$3` where each text begins, `$4` texts, `$5` where they end, `$6` and `$7`
 * milliseconds: adds each text to its stream, if the stream is that writer's, grows, and ends where the text begins.
 * Returns those that were added, with the people of a direct chat, and the members of a group who may not see the message.
 */
export const growStreams = statement.many({
  name: 'streams.grow',
  text: `
    WITH i AS MATERIALIZED (
      SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[], $5::int[])
        AS i(message, writer, start, text, "end")
    ), locked AS MATERIALIZED (
      SELECT s."messageId", LEAST(${after('$6')}, s."startedAt" + $7::double precision * interval '1 millisecond') AS until
      FROM message_streams s WHERE s."messageId" = ANY($1::bigint[])
      ORDER BY s."messageId" FOR NO KEY UPDATE
    ), grown AS (
      UPDATE message_streams s SET length = i."end",
        "endsAt" = CASE WHEN l.until > s."endsAt" + interval '${MOVES_BY_MS} milliseconds' THEN l.until ELSE s."endsAt" END
      FROM i JOIN locked l ON l."messageId" = i.message
      JOIN messages g ON g.id = i.message AND ${isGrowing('g')}
      WHERE s."messageId" = i.message AND s."userId" = i.writer AND s.length = i.start
      RETURNING s."messageId", s."userId", s."chatId", g.seq
    ), added AS (
      INSERT INTO message_stream_parts ("messageId", start, text)
      SELECT i.message, i.start, i.text FROM i
      JOIN grown w ON w."messageId" = i.message AND w."userId" = i.writer WHERE i.text <> ''
    )
    SELECT w."messageId", c.id, c."user1Id", c."user2Id", (
      SELECT COALESCE(json_agg(m."userId"), '[]') FROM chat_members m
      WHERE c.type = 'group' AND m."chatId" = c.id AND ${visibleAfter('m')} >= w.seq
    ) FROM grown w JOIN chats c ON c.id = w."chatId"`,
  values: ({
    additions,
    leaseMs,
    longestMs,
  }: {
    additions: readonly Addition[];
    leaseMs: number;
    longestMs: number;
  }) => [
    bigints(additions.map(({ messageId }) => messageId)),
    bigints(additions.map(({ userId }) => userId)),
    ints(additions.map(({ start }) => start)),
    texts(additions.map(({ text }) => text)),
    ints(additions.map(({ start, text }) => start + text.length)),
    leaseMs,
    longestMs,
  ],
  row: ([messageId, chatId, user1Id, user2Id, without]: [
    number,
    number,
    number | null,
    number | null,
    number[],
  ]) => ({ messageId, chatId, user1Id, user2Id, without }),
});

const ofMessage = (messageId: number) => [messageId];

/** `$1` message: its writer and chat, while it grows. */
export const writerOf = statement.oneOrNone({
  name: 'streams.writerOf',
  text: `SELECT "userId", "chatId" FROM message_streams WHERE "messageId" = $1`,
  values: ofMessage,
  row: ([userId, chatId]: [number, number]) => ({ userId, chatId }),
});

/** `$1` message: its chat, and what is written so far, while it grows. */
export const writtenSoFar = statement.oneOrNone({
  name: 'streams.written',
  text: `
    SELECT s."chatId", COALESCE(${writtenOf('s."messageId"')}, '') FROM message_streams s WHERE s."messageId" = $1`,
  values: ofMessage,
  row: ([chatId, text]: [number, string]) => ({ chatId, text }),
});

/** `$1` message: ends its stream. */
export const endStream = statement.count({
  name: 'streams.end',
  text: `DELETE FROM message_streams WHERE "messageId" = $1`,
  values: ofMessage,
});

/** `$1` message, `$2` content, `$3` metadata or null: what was streamed. It is no edit: there is no earlier version. */
export const setStreamed = statement.count({
  name: 'streams.setBody',
  text: `
    UPDATE messages SET "originalHash" = COALESCE("originalHash", ${originalHash(quoted)}), content = $2,
      metadata = $3::jsonb
    WHERE id = $1`,
  values: (body: { messageId: number; content: string; metadata: Record<string, unknown> | null }) => [
    body.messageId,
    body.content,
    body.metadata === null ? null : JSON.stringify(body.metadata),
  ],
});

/**
 * `$1` messages, `$2` their writers, `$3` milliseconds: the connection of their writer has ended; without a delta they end
 * then.
 */
export const shortenStreams = statement.count({
  name: 'streams.shorten',
  text: `
    UPDATE message_streams s SET "endsAt" = LEAST(s."endsAt", ${after('$3')})
    FROM unnest($1::bigint[], $2::bigint[]) AS w(message, writer)
    WHERE s."messageId" = w.message AND s."userId" = w.writer`,
  values: ({ written, graceMs }: { written: readonly Writing[]; graceMs: number }) => [
    bigints(written.map(({ messageId }) => messageId)),
    bigints(written.map(({ userId }) => userId)),
    graceMs,
  ],
});

/** `$1` user, `$2` key, `$3` milliseconds: it could not be ended; that is tried again then. */
export const postponeStream = statement.count({
  name: 'streams.postpone',
  text: `UPDATE message_streams SET "endsAt" = ${after('$3')} WHERE "userId" = $1 AND key = $2`,
  values: ({ userId, key, forMs }: Keyed & { forMs: number }) => [userId, key, forMs],
});

/** `$1` how many: streams that are to end. */
export const dueStreams = statement.many({
  name: 'streams.due',
  text: `
    SELECT "userId", key, "messageId" FROM message_streams WHERE "endsAt" < clock_timestamp()
    ORDER BY "endsAt" LIMIT $1`,
  values: (most: number) => [most],
  row: openRow,
});

/** `$1` user, `$2` how many: streams of theirs. */
export const streamsOf = statement.many({
  name: 'streams.ofUser',
  text: `SELECT "userId", key, "messageId" FROM message_streams WHERE "userId" = $1 LIMIT $2`,
  values: ({ userId, most }: { userId: number; most: number }) => [userId, most],
  row: openRow,
});
