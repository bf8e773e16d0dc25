import { bigints } from '../../database/binary-array.js';
import { statement } from '../../database/statement.js';

interface NewSystemMessage {
  chatId: number;
  senderId: number | null;
  content: string;
  metadata: Record<string, unknown> | null;
  key: string | null;
}

/** `$1` user ids: their names. */
export const namesOf = statement.many({
  name: 'messages.namesOf',
  text: `SELECT id, name FROM users WHERE id = ANY($1::bigint[])`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: ([id, name]: [number, string | null]) => ({ id, name }),
});

/**
 * `$1` a chat that is locked, `$2` sender or null, `$3` content, `$4` metadata, `$5` key or null: writes a system
 * message. It counts as one of the sender's own messages, so it is not unread for them.
 */
export const insertSystemMessage = statement.one({
  name: 'messages.insertSystem',
  text: `
    WITH bumped AS (
      UPDATE chats c SET "lastSeq" = c."lastSeq" + 1, version = c.version + 1, "lastActivityAt" = clock_timestamp()
      WHERE c.id = $1 RETURNING c.id, c."lastSeq", c.version, c."lastActivityAt"
    ), counted AS (
      UPDATE chat_members m SET sent = m.sent + 1 WHERE m."chatId" = $1 AND m."userId" = $2::bigint
    )
    INSERT INTO messages ("chatId", seq, version, type, "senderId", "clientId", content, metadata, "createdAt")
    SELECT b.id, b."lastSeq", b.version, 'system', $2::bigint, $5, $3, $4::jsonb, b."lastActivityAt" FROM bumped b
    RETURNING id, seq, version, "createdAt"`,
  values: ({ chatId, senderId, content, metadata, key }: NewSystemMessage) => [
    chatId,
    senderId,
    content,
    metadata === null ? null : JSON.stringify(metadata),
    key,
  ],
  row: ([id, seq, version, createdAt]: [number, number, number, string]) => ({ id, seq, version, createdAt }),
});
