import { seenBySomebody } from '../chats/chats.queries.js';
import { chatColumns, chatRow } from '../database/models/chat.model.js';
import { type MessageCells, messageColumns, messageRow } from '../database/models/message.model.js';
import { statement } from '../database/statement.js';
import type { InChat } from '../messages/model/message.view.js';

/** `$1` message: it and its chat; no row when either is gone. */
export const messageToSend = statement.oneOrNone({
  name: 'webhooks.message',
  text: `
    SELECT c.id, c."user1Id", c."user2Id", ${messageColumns.of('m')}, ${seenBySomebody('m')} AS seen
    FROM messages m CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = m."chatId" LIMIT 1) c WHERE m.id = $1`,
  values: (messageId: number) => [messageId],
  row: ([chatId, user1Id, user2Id, ...message]: [number, number | null, number | null, ...MessageCells]) => ({
    chat: { chatId, user1Id, user2Id } satisfies InChat,
    message: messageRow(message),
  }),
});

/** `$1` chat: it, if it is there. */
export const chatToSend = statement.oneOrNone({
  name: 'webhooks.chat',
  text: `SELECT ${chatColumns.of('c')} FROM chats c WHERE c.id = $1`,
  values: (chatId: number) => [chatId],
  row: chatRow,
});

/** `$1` webhook: what it is for, if it is there. */
export const descriptionToSend = statement.oneOrNone({
  name: 'webhooks.description',
  text: `SELECT description FROM webhooks WHERE id = $1`,
  values: (webhookId: number) => [webhookId],
  row: ([description]: [string | null]) => ({ description }),
});
