/** A page of history: the last messages before a seq. Parameters: chat, seq, limit. */
export const HISTORY_PAGE = `
  SELECT id, "chatId", seq, version, "senderId", "clientId", content, "replyToId", metadata,
         "createdAt", "editedAt", "deletedAt"
  FROM messages WHERE "chatId" = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3`;

/** A user's whole chat list with last messages, unread counts and the other user. Parameter: user. */
export const CHAT_LIST = `
  SELECT c.id, c.type, c."user1Id", c."user2Id", c.title, c."avatarUrl", c.metadata, c."lastSeq", c.version,
         c."lastActivityAt", c."createdAt", m.role, m."readSeq",
         c."lastSeq" - m."unreadSeq" + m."sentBefore"
           - CASE m."userId" WHEN c."user1Id" THEN c."user1Sent" ELSE c."user2Sent" END AS unread,
         l.id AS "lastId", l."senderId" AS "lastSenderId", l.content AS "lastContent",
         l."clientId" AS "lastClientId", l."createdAt" AS "lastCreatedAt",
         u.id AS "otherId", u.name AS "otherName", u."avatarUrl" AS "otherAvatarUrl", u."lastSeenAt" AS "otherSeenAt"
  FROM chat_members m
  JOIN chats c ON c.id = m."chatId"
  LEFT JOIN messages l ON l."chatId" = c.id AND l.seq = c."lastSeq"
  LEFT JOIN users u ON u.id = CASE WHEN c."user1Id" = m."userId" THEN c."user2Id" ELSE c."user1Id" END
  WHERE m."userId" = $1
  ORDER BY c."lastActivityAt" DESC, c.id DESC LIMIT 500`;

/** Number of chats of the reader. */
export const CHATS = 500;
/** The user whose list is read. */
export const READER_ID = 1;

/** Creates the reader, 500 other users, and a direct chat with each; runs once. */
export const SEED_CHATS = `
  INSERT INTO users (id, name) SELECT n, 'Person ' || n FROM generate_series(1, ${CHATS + 1}) n;
  INSERT INTO chats (type, "user1Id", "user2Id")
    SELECT 'direct', ${READER_ID}, n FROM generate_series(2, ${CHATS + 1}) n ORDER BY n;
  INSERT INTO chat_members ("chatId", "userId")
    SELECT id, unnest(ARRAY["user1Id", "user2Id"]) FROM chats;`;

/**
 * Inserts messages $1 + 1 to $2 over all chats. Every second one goes to the chat with the smallest id, the rest in
 * turn to the others. So the rows of a chat are scattered over the table, as with many chats at the same time.
 */
export const SEED_MESSAGES = `
  INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content, "createdAt")
  SELECT b.first + slot, at, at + 1, CASE at % 2 WHEN 0 THEN ${READER_ID} ELSE slot + 2 END,
         gen_random_uuid()::text, 'Message ' || n || ' of a benchmark, about as long as people write',
         now() - make_interval(secs => 86400 - n % 86400)
  FROM (SELECT min(id) AS first FROM chats) b,
       generate_series($1::bigint + 1, $2::bigint) n,
       LATERAL (SELECT CASE n % 2 WHEN 1 THEN 0 ELSE 1 + (n / 2 - 1) % ${CHATS - 1} END AS slot,
                       CASE n % 2 WHEN 1 THEN (n + 1) / 2 ELSE 1 + (n / 2 - 1) / ${CHATS - 1} END AS at) p
  ORDER BY n`;

/** Sets the counters on the rows after {@link SEED_MESSAGES}; everything is seen. */
export const SEED_NUMBERS = `
  UPDATE chats c SET "lastSeq" = m.seq, version = m.seq + 1, "lastActivityAt" = m.at
  FROM (SELECT "chatId", max(seq) AS seq, max("createdAt") AS at FROM messages GROUP BY 1) m
  WHERE m."chatId" = c.id;
  UPDATE chat_members m SET "readSeq" = c."lastSeq", "deliveredSeq" = c."lastSeq", "unreadSeq" = c."lastSeq"
  FROM chats c WHERE c.id = m."chatId";
  UPDATE chats c SET "user1Sent" = s.sent1, "user2Sent" = s.sent2
  FROM (
    SELECT c.id, count(*) FILTER (WHERE m."senderId" = c."user1Id") AS sent1,
      count(*) FILTER (WHERE m."senderId" = c."user2Id") AS sent2
    FROM chats c JOIN messages m ON m."chatId" = c.id GROUP BY c.id
  ) s WHERE s.id = c.id;
  UPDATE chat_members m SET "sentBefore" = CASE m."userId" WHEN c."user1Id" THEN c."user1Sent" ELSE c."user2Sent" END
  FROM chats c WHERE c.id = m."chatId";`;

/** The chat with half of all messages. */
export const BIG_CHAT = `SELECT id, "lastSeq" FROM chats ORDER BY id LIMIT 1`;
