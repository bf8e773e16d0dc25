import { noteChange } from '../changes/note-change.js';
import { chatColumns, chatRow } from '../database/models/chat.model.js';
import { statement } from '../database/statement.js';

/** `$1` externalId: the chat that has it. */
export const chatByExternalId = statement.oneOrNone({
  name: 'chats.byExternalId',
  text: `SELECT ${chatColumns.of('c')} FROM chats c WHERE c."externalId" = $1`,
  values: (externalId: string) => [externalId],
  row: chatRow,
});

/** `$1` chat, `$2` externalId: the chat with it, a change of the chat. No row when it has one. */
export const nameChat = statement.oneOrNone({
  name: 'chats.name',
  text: `
    UPDATE chats c SET "externalId" = $2, version = c.version + 1
    WHERE c.id = $1 AND c."externalId" IS NULL
    RETURNING ${chatColumns.of('c')}, ${noteChange('chatUpdated', { chat: 'c.id', version: 'c.version' })}`,
  values: ({ chatId, externalId }: { chatId: number; externalId: string }) => [chatId, externalId],
  row: chatRow,
});
