import { z } from 'zod';
import { define, inChat, onMessage, repeatable } from '../define.js';
import { id } from '../scalars.js';
import { messageDeliveredView, messageReceiptsView, messageSeenView, unreadCountView } from '../views.js';

const mark = z
  .object({ messageId: id.optional(), chatId: id.optional(), userId: id.optional(), ...repeatable })
  .refine(({ messageId, chatId }) => messageId !== undefined || chatId !== undefined, {
    error: 'expected messageId or chatId',
  });

export const receiptsCommands = {
  markAsSeen: define({
    summary:
      'The reader has seen everything in the chat up to a message; with `chatId`, everything there is.',
    input: mark,
    result: messageSeenView,
    order: 'write',
    needs: 'receipt.write',
    bare: 'messageId',
    actor: ['userId'],
    reply: 'messageSeen',
    socket: true,
    rest: { method: 'POST', path: '/messages/:messageId/seen', status: 200 },
  }),
  markChatAsSeen: define({
    summary: 'The reader has seen everything in the chat.',
    input: inChat.extend(repeatable),
    result: messageSeenView,
    order: 'write',
    needs: 'receipt.write',
    actor: ['userId'],
    reply: 'messageSeen',
    socket: false,
    rest: { method: 'POST', path: '/chats/:chatId/seen', status: 200 },
  }),
  markAsDelivered: define({
    summary:
      'Everything in the chat up to a message has reached the reader; with `chatId`, everything there is.',
    input: mark,
    result: messageDeliveredView,
    order: 'write',
    needs: 'receipt.write',
    bare: 'messageId',
    actor: ['userId'],
    reply: 'messageDelivered',
    socket: true,
    rest: { method: 'POST', path: '/messages/:messageId/delivered', status: 200 },
  }),
  markAsUnread: define({
    summary:
      'Counts a message and all after it as unread again; without one, the newest of others. What others see as seen stays.',
    input: inChat.extend({ messageId: id.optional(), ...repeatable }),
    result: unreadCountView,
    order: 'write',
    who: 'person',
    needs: 'receipt.write',
    actor: ['userId'],
    reply: 'unreadCount',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/unread', status: 200 },
  }),
  getUnreadCount: define({
    summary: 'Unread messages of a chat and of all chats.',
    input: inChat,
    result: unreadCountView,
    order: 'read',
    who: 'person',
    needs: 'chat.read',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'unreadCount',
    socket: true,
    rest: { method: 'GET', path: '/chats/:chatId/unread', status: 200 },
  }),
  getMessageReceipts: define({
    summary: 'Who has seen a message, and whom it has reached.',
    input: onMessage,
    result: messageReceiptsView,
    order: 'read',
    needs: 'message.read',
    actor: ['userId'],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/messages/:messageId/receipts', status: 200 },
  }),
} as const;
