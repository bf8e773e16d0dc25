import { noteChange } from '../changes/note-change.js';
import { chatColumns, chatRow, type ChatType } from '../database/models/chat.model.js';
import { statement } from '../database/statement.js';

interface Member {
  chatId: number;
  userId: number;
}

/** `$1` user, `$2` limit: chats that they are a member of. */
export const chatsOf = statement.many({
  name: 'erasure.chatsOf',
  text: `
    SELECT m."chatId", c.type FROM (
      SELECT "chatId" FROM chat_members WHERE "userId" = $1 ORDER BY "chatId" LIMIT $2
    ) m CROSS JOIN LATERAL (SELECT type FROM chats WHERE id = m."chatId" LIMIT 1) c`,
  values: ({ userId, most }: { userId: number; most: number }) => [userId, most],
  row: ([chatId, type]: [number, ChatType]) => ({ chatId, type }),
});

/** `$1` chat, `$2` user who is erased: the members of the chat learn of the empty profile by sync. */
export const noteErased = statement.count({
  name: 'erasure.noteErased',
  text: `
    INSERT INTO erased_members ("chatId", "userId", at) SELECT id, $2, clock_timestamp() FROM chats WHERE id = $1
    ON CONFLICT ("chatId", "userId") DO UPDATE SET at = EXCLUDED.at`,
  values: ({ chatId, userId }: Member) => [chatId, userId],
});

/** `$1` a direct chat that is locked, `$2` one of its users: whether the chat is there for the other. */
export const isThereForOther = statement.one({
  name: 'erasure.isThereForOther',
  text: `
    SELECT EXISTS (
      SELECT 1 FROM chat_members m JOIN chats c ON c.id = m."chatId"
      WHERE m."chatId" = $1 AND m."userId" <> $2 AND (m."goneUpTo" >= c."lastSeq") IS NOT TRUE
    )`,
  values: ({ chatId, userId }: Member) => [chatId, userId],
  row: ([isThere]: [boolean]) => isThere,
});

/**
 * `$1` a direct chat that is locked, `$2` one of its users: removes them with what they have seen and set, and lets nobody
 * write in it any more, as if they blocked the other. Returns the chat after it.
 */
export const closeDirectChat = statement.one({
  name: 'erasure.closeDirectChat',
  text: `
    WITH gone AS (DELETE FROM chat_members WHERE "chatId" = $1 AND "userId" = $2)
    UPDATE chats c SET "user1Blocks" = "user1Id" = $2, "user2Blocks" = "user2Id" = $2,
      "membersVersion" = c."membersVersion" + 1, version = c.version + 1
    WHERE c.id = $1
    RETURNING ${chatColumns.of('c')}, ${noteChange('chatUpdated', { chat: 'c.id', version: 'c.version' })}`,
  values: ({ chatId, userId }: Member) => [chatId, userId],
  row: chatRow,
});
