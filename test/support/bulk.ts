import { expectUnreadRight } from './erasures.js';
import { query } from './own-postgres.js';

/**
 * Somebody with the id who has written so many messages with the word, in groups of three that they own and that the others
 * (the next two ids) have not read.
 */
export async function writerInGroups(
  url: string,
  { id, word, messages, groups }: { id: number; word: string; messages: number; groups: number },
): Promise<void> {
  await query(
    url,
    `INSERT INTO users (id, name) VALUES ($1, $2), ($1::bigint + 1, 'b'), ($1::bigint + 2, 'c')`,
    [id, word],
  );
  await query(
    url,
    `WITH made AS (
       INSERT INTO chats (type, title, "memberCount", "lastSeq", version)
       SELECT 'group', 'g', 3, $2::int, $2::int + 1 FROM generate_series(1, $4::int) RETURNING id
     ), members AS (
       INSERT INTO chat_members ("chatId", "userId", role, sent, "sentBefore")
       SELECT m.id, u.id, CASE u.id WHEN $1::bigint THEN 'owner' ELSE 'member' END,
         CASE u.id WHEN $1::bigint THEN $2::int ELSE 0 END, 0
       FROM made m CROSS JOIN (VALUES ($1::bigint), ($1::bigint + 1), ($1::bigint + 2)) u(id)
     )
     INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content)
     SELECT m.id, s, s + 1, $1::bigint, md5(m.id || ' ' || s), $3 || ' wrote ' || s
     FROM made m CROSS JOIN generate_series(1, $2::int) s`,
    [id, messages / groups, word, groups],
  );
}

/** In every chat each message has a seq and a version of its own, and none is missing. */
export async function expectNoGaps(url: string): Promise<void> {
  const broken = await query(
    url,
    `SELECT m."chatId" FROM messages m JOIN chats c ON c.id = m."chatId"
     GROUP BY m."chatId", c."lastSeq", c."purgedSeq", c.version
     HAVING count(*) <> c."lastSeq" - c."purgedSeq" OR max(m.version) > c.version
       OR count(DISTINCT m.version) <> count(*)`,
  );
  expect(broken).toEqual([]);
}

/** Messages of an old chat that are young. */
export const YOUNG = 10;

/** A direct chat of two who write by turns, one of whom has read the first half; all but the newest ten are 40 days old. */
export async function oldChat(url: string, messages: number): Promise<number> {
  const [row] = await query<{ id: string }>(
    url,
    `WITH people AS (
       INSERT INTO users (name) VALUES ('a'), ('b') RETURNING id
     ), pair AS (
       SELECT min(id) AS one, max(id) AS other FROM people
     ), made AS (
       INSERT INTO chats (type, "user1Id", "user2Id", "lastSeq", version)
       SELECT 'direct', one, other, $1::int, $1::int + 1 FROM pair RETURNING id
     ), members AS (
       INSERT INTO chat_members ("chatId", "userId", "readSeq", "deliveredSeq", "unreadSeq", "sentBefore")
       SELECT made.id, p.id, s, s, s, s / 2 FROM made, pair, people p,
         LATERAL (SELECT CASE p.id WHEN pair.one THEN $1::int / 2 ELSE 0 END AS s) x
     )
     INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content, "createdAt")
     SELECT m.id, s, s + 1, CASE s % 2 WHEN 0 THEN one ELSE other END, md5(m.id || ' ' || s), 'message ' || s,
       now() - make_interval(days => CASE WHEN s <= $1::int - $2::int THEN 40 ELSE 0 END)
     FROM made m CROSS JOIN pair CROSS JOIN generate_series(1, $1::int) s RETURNING "chatId" AS id`,
    [messages, YOUNG],
  );
  const chatId = Number(row!.id);
  await query(url, `UPDATE chats SET "user1Sent" = $2::int / 2, "user2Sent" = $2::int / 2 WHERE id = $1`, [
    chatId,
    messages,
  ]);
  await expectUnreadRight(url);
  return chatId;
}

/** A group of one with so many messages of 8 kB. */
export async function longChat(url: string, messages: number): Promise<number> {
  const [row] = await query<{ id: string }>(
    url,
    `WITH one AS (
       INSERT INTO users (name) VALUES ('one') RETURNING id
     ), made AS (
       INSERT INTO chats (type, title, "memberCount", "lastSeq", version)
       VALUES ('group', 'g', 1, $1::int, $1::int + 1) RETURNING id
     ), members AS (
       INSERT INTO chat_members ("chatId", "userId", role, sent) SELECT made.id, one.id, 'owner', $1::int FROM made, one
     )
     INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content)
     SELECT made.id, s, s + 1, one.id, md5(s::text), repeat(md5(s::text), 250)
     FROM made, one, generate_series(1, $1::int) s RETURNING "chatId" AS id`,
    [messages],
  );
  return Number(row!.id);
}
