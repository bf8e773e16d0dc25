import { z } from 'zod';
import { define } from '../define.js';
import { clientId, filledText, id, MAX_CONTENT_LENGTH, metadata, pageSize, position } from '../scalars.js';
import { messagesPage, messageView } from '../views.js';

export const messagesCommands = {
  sendMessage: define({
    summary: 'Sends a message: to a chat by `chatId`, or to a person by `receiverId`.',
    input: z
      .object({
        senderId: id.optional(),
        receiverId: id.optional(),
        chatId: id.optional(),
        content: filledText(MAX_CONTENT_LENGTH),
        clientId: clientId.optional(),
        replyToId: id.optional(),
        metadata: metadata.optional(),
      })
      .refine((message) => (message.chatId === undefined) !== (message.receiverId === undefined), {
        error: 'expected one of chatId and receiverId',
      })
      .refine((message) => message.senderId === undefined || message.senderId !== message.receiverId, {
        error: 'expected a receiver other than the sender',
        path: ['receiverId'],
      }),
    result: messageView,
    order: 'send',
    actor: ['senderId'],
    reply: 'newMessage',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/messages', status: 201 },
  }),
  getMessages: define({
    summary: 'Messages of a chat by seq: the newest, or those before, after or around one.',
    input: z
      .object({
        chatId: id,
        userId: id.optional(),
        before: position.optional().describe('Messages with a smaller seq, the nearest.'),
        after: position.optional().describe('Messages with a larger seq, the nearest.'),
        around: position.optional().describe('The message with this seq, and those on both sides.'),
        limit: pageSize(100, 50),
      })
      .refine((page) => [page.before, page.after, page.around].filter((at) => at !== undefined).length <= 1, {
        error: 'expected at most one of before, after and around',
      }),
    result: messagesPage,
    order: 'read',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'messagesList',
    socket: true,
    rest: { method: 'GET', path: '/chats/:chatId/messages', status: 200 },
  }),
} as const;
