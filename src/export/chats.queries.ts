import { type ChatCells, chatColumns, chatRow } from '../database/models/chat.model.js';
import { statement } from '../database/statement.js';

/** `$1` chat: the chat, and the time. */
export const chatToExport = statement.oneOrNone({
  name: 'export.chat',
  text: `SELECT clock_timestamp()::timestamptz(3), ${chatColumns.of('c')} FROM chats c WHERE c.id = $1`,
  values: (chatId: number) => [chatId],
  row: ([at, ...cells]: [string, ...ChatCells]) => ({ at, chat: chatRow(cells) }),
});
