/** Chats with many messages, for purges and exports. `$1` and `$2` are the ids of their two users, `$3` how many messages. */

/** A direct chat of two who write by turns, all of it 40 days old. */
export const OLD_CHAT = `
  WITH people AS (
    INSERT INTO users (id, name) VALUES ($1, 'a'), ($2, 'b') ON CONFLICT DO NOTHING
  ), made AS (
    INSERT INTO chats (type, "user1Id", "user2Id", "lastSeq", version, "user1Sent", "user2Sent")
    VALUES ('direct', $1, $2, $3::int, $3::int + 1, $3::int / 2, $3::int / 2) RETURNING id
  ), members AS (
    INSERT INTO chat_members ("chatId", "userId") SELECT made.id, p FROM made, unnest(ARRAY[$1::bigint, $2::bigint]) p
  )
  INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content, "createdAt")
  SELECT made.id, s, s + 1, CASE s % 2 WHEN 0 THEN $1::bigint ELSE $2::bigint END, md5(made.id || ' ' || s),
    'message ' || s || ' ' || repeat(md5(s::text), 5), now() - interval '40 days'
  FROM made, generate_series(1, $3::int) s`;

/** An edit of each 50th message of chat `$1`, and a reaction to each 20th by user `$2`. */
export const EDITS = `
  INSERT INTO message_edits ("messageId", nr, content, at)
  SELECT id, 1, 'before the edit', now() FROM messages WHERE "chatId" = $1 AND seq % 50 = 0`;
export const REACTIONS = `
  INSERT INTO message_reactions ("messageId", emoji, "userId")
  SELECT id, '👍', $2 FROM messages WHERE "chatId" = $1 AND seq % 20 = 0`;
