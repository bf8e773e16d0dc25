/**
 * A long past of two people, by one statement: messages of uneven length, all of them seen by both.
 *
 * `chatId`: an empty chat of theirs; `people`: their ids.
 */
export async function longPast(world, chatId, people, messages) {
  await world.server.sql(
    `INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content)
     SELECT $1::bigint, s, s + 1, CASE WHEN s % 3 = 0 THEN $2::bigint ELSE $3::bigint END, md5(s::text),
       s || ' ' || repeat('word ', s * 7 % 40)
     FROM generate_series(1, $4::int) s`,
    [chatId, ...people, messages],
  );
  await world.server.sql(`UPDATE chats SET "lastSeq" = $2::int, version = $2::int + 1 WHERE id = $1`, [
    chatId,
    messages,
  ]);
  for (const id of people) await world.call('POST', `/chats/${chatId}/seen`, {}, id);
}
