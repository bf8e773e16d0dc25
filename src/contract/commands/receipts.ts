import { z } from 'zod';
import { define, inChat } from '../define.js';
import { id } from '../scalars.js';
import { messageSeenView } from '../views.js';

export const receiptsCommands = {
  markAsSeen: define({
    summary:
      'The reader has seen everything in the chat up to a message; with `chatId`, everything there is.',
    input: z
      .object({ messageId: id.optional(), chatId: id.optional(), userId: id.optional() })
      .refine((mark) => mark.messageId !== undefined || mark.chatId !== undefined, {
        error: 'expected messageId or chatId',
      }),
    result: messageSeenView,
    order: 'write',
    bare: 'messageId',
    actor: ['userId'],
    reply: 'messageSeen',
    socket: true,
    rest: { method: 'POST', path: '/messages/:messageId/seen', status: 200 },
  }),
  markChatAsSeen: define({
    summary: 'The reader has seen everything in the chat.',
    input: inChat,
    result: messageSeenView,
    order: 'write',
    actor: ['userId'],
    reply: 'messageSeen',
    socket: false,
    rest: { method: 'POST', path: '/chats/:chatId/seen', status: 200 },
  }),
} as const;
