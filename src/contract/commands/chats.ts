import { z } from 'zod';
import { define, inChat, repeatable } from '../define.js';
import { id, pageSize } from '../scalars.js';
import { chatDeletedView, chatDetails, chatListItem, chatView } from '../views.js';

export const chatsCommands = {
  getChats: define({
    summary: "A user's chats, the one with the latest activity first.",
    input: z.object({
      userId: id.optional(),
      before: z
        .string()
        .regex(/^\d{1,14}\.\d{1,16}$/, { error: 'expected the `cursor` of a chat of the list' })
        .optional()
        .describe('The `cursor` of the last chat of the page before.'),
      limit: pageSize(500, 100),
    }),
    result: z.array(chatListItem),
    order: 'read',
    bare: 'userId',
    actor: ['userId'],
    reply: 'chatsList',
    socket: true,
    rest: { method: 'GET', path: '/chats/user/:userId', status: 200 },
  }),
  createChat: define({
    summary: 'The direct chat of two people: the one there is, else a new one.',
    input: z
      .object({ user1Id: id, user2Id: id, ...repeatable })
      .refine((chat) => chat.user1Id !== chat.user2Id, { error: 'expected two different people' }),
    result: chatView,
    order: 'write',
    limit: 'createChat',
    actor: ['user1Id', 'user2Id'],
    reply: 'newChat',
    socket: true,
    rest: { method: 'POST', path: '/chats', status: 201 },
  }),
  getChat: define({
    summary: 'A chat by id, with its members.',
    input: inChat,
    result: chatDetails,
    order: 'read',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'chat',
    socket: true,
    rest: { method: 'GET', path: '/chats/:chatId', status: 200 },
  }),
  deleteChat: define({
    summary: 'Deletes a chat and its messages for everyone.',
    input: inChat.extend(repeatable),
    result: chatDeletedView,
    order: 'write',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'chatDeleted',
    socket: true,
    rest: { method: 'DELETE', path: '/chats/:chatId', status: 200 },
  }),
} as const;
