import { z } from 'zod';
import { define, inChat, onMessage, repeatable } from '../define.js';
import { id } from '../scalars.js';
import {
  messageDeliveredView,
  messageReceiptsView,
  messageSeenView,
  unreadCountView,
} from '../views/index.js';

const mark = z
  .object({ messageId: id.optional(), chatId: id.optional(), userId: id.optional(), ...repeatable })
  .refine(({ messageId, chatId }) => messageId !== undefined || chatId !== undefined, {
    error: 'expected messageId or chatId',
  });

export const receiptsCommands = {
  markAsSeen: define({
    summary: 'Marks everything in the chat up to a message as seen; with `chatId`, the whole chat.',
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
    summary: 'Marks everything in the chat as seen.',
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
      'Marks everything in the chat up to a message as delivered to the reader; with `chatId`, the whole chat.',
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
      'Counts a message and all later ones as unread again; without `messageId`, the newest message of somebody else. It must be one of the newest 10,000 messages of the chat, else CONFLICT. To others the messages stay seen.',
    input: inChat.extend({ messageId: id.optional(), ...repeatable }),
    result: unreadCountView,
    order: 'write',
    cost: { base: 5 },
    who: 'person',
    needs: 'receipt.write',
    actor: ['userId'],
    reply: 'unreadCount',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/unread', status: 200 },
  }),
  getUnreadCount: define({
    summary: 'Number of unread messages of a chat and of all chats.',
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
    summary: 'Who has seen a message, and to whom it was delivered.',
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
