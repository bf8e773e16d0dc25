import { bigints } from '../../database/binary-array.js';
import { statement } from '../../database/statement.js';

interface NewSystemMessage {
  chatId: number;
  senderId: number | null;
  content: string;
  metadata: Record<string, unknown> | null;
  key: string | null;
  isNote: boolean;
}

/** `$1` user ids: their names. */
export const namesOf = statement.many({
  name: 'messages.namesOf',
  text: `SELECT id, name FROM users WHERE id = ANY($1::bigint[])`,
  values: (userIds: readonly number[]) => [bigints(userIds)],
  row: ([id, name]: [number, string | null]) => ({ id, name }),
});

/**
 * `$1` a chat that is locked, `$2` sender or null, `$3` content, `$4` metadata, `$5` key or null, `$6` whether it is a
 * note, which counts as unread for nobody: writes a system message.
 */
export const insertSystemMessage = statement.one({
  name: 'messages.insertSystem',
  text: `
    WITH bumped AS (
      UPDATE chats c SET "lastSeq" = c."lastSeq" + 1, version = c.version + 1, "lastActivityAt" = clock_timestamp(),
        "noteCount" = c."noteCount" + CASE WHEN $6::boolean THEN 1 ELSE 0 END
      WHERE c.id = $1 RETURNING c.id, c."lastSeq", c.version, c."lastActivityAt"
    ), counted AS (
      UPDATE chat_members m SET sent = m.sent + 1
      WHERE NOT $6::boolean AND m."chatId" = $1 AND m."userId" = $2::bigint
    )
    INSERT INTO messages ("chatId", seq, version, type, "senderId", "clientId", content, metadata, "createdAt", quiet)
    SELECT b.id, b."lastSeq", b.version, 'system', $2::bigint, $5, $3, $4::jsonb, b."lastActivityAt", $6
    FROM bumped b
    RETURNING id, seq, version, "createdAt"`,
  values: ({ chatId, senderId, content, metadata, key, isNote }: NewSystemMessage) => [
    chatId,
    senderId,
    content,
    metadata === null ? null : JSON.stringify(metadata),
    key,
    isNote,
  ],
  row: ([id, seq, version, createdAt]: [number, number, number, string]) => ({ id, seq, version, createdAt }),
});
