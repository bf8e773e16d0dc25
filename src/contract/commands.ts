import { z } from 'zod';
import type { EventName } from './events.js';
import {
  clientId,
  filledText,
  id,
  MAX_CONTENT_LENGTH,
  metadata,
  pageSize,
  position,
  url,
} from './scalars.js';
import {
  chatDeletedView,
  chatDetails,
  chatListItem,
  chatView,
  messageSeenView,
  messagesPage,
  messageView,
  presenceView,
  userView,
} from './views.js';

/**
 * How a command stands to the others of its socket.
 *
 * - `send`: sends run side by side; the message writer keeps their order.
 * - `write`: waits for every earlier write of the socket, and later ones wait for it.
 * - `read`: sees every earlier write of the socket; nothing waits for it.
 */
export type CommandOrder = 'send' | 'write' | 'read';

export interface CommandDefinition<I extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  summary: string;
  input: I;
  result: R;
  order: CommandOrder;
  /** The field that a bare number or numeric string stands for: `getChats` with `1` is `{ userId: 1 }`. */
  bare?: string;
  /** Fields of the input that say who is asking, in open mode; in jwt mode they must name the caller. */
  actor: readonly string[];
  /** The event that a caller without a callback hears; null: nothing. */
  reply: EventName | null;
  /** Whether it can be sent by a socket. */
  socket: boolean;
  /** The REST twin. Path parameters, query and JSON body together are the input. */
  rest: { method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'; path: string; status: 200 | 201 } | null;
}

function define<I extends z.ZodType, R extends z.ZodType, const D extends CommandDefinition<I, R>>(
  definition: D & CommandDefinition<I, R>,
): D {
  return definition;
}

const inChat = z.object({ chatId: id, userId: id.optional() });

/** The people of a new user or of a change to one. */
const userFields = z.object({
  name: filledText(200).nullable().optional(),
  avatarUrl: url.nullable().optional(),
  metadata: metadata.optional(),
});

/** Every command and route of the API, once. Validation, types, REST routes and documents follow from it. */
export const commands = {
  userOnline: define({
    summary: 'Says who is at this socket, and that they are online.',
    input: z.object({ userId: id }),
    result: presenceView,
    order: 'write',
    bare: 'userId',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: null,
  }),
  userOffline: define({
    summary: 'Takes this socket offline. The user is online while any other socket of theirs is.',
    input: z.object({ userId: id.optional() }),
    result: presenceView,
    order: 'write',
    bare: 'userId',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: null,
  }),
  getOnlineUsers: define({
    summary: 'Who is online now; at most 1,000 people.',
    input: z.object({ userId: id.optional() }),
    result: z.array(presenceView),
    order: 'read',
    actor: ['userId'],
    reply: 'onlineUsers',
    socket: true,
    rest: { method: 'GET', path: '/users/online', status: 200 },
  }),
  getUsers: define({
    summary: 'Users by id, a page at a time.',
    input: z.object({ after: id.optional(), limit: pageSize(100, 50) }),
    result: z.array(userView),
    order: 'read',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/users', status: 200 },
  }),
  getUser: define({
    summary: 'A user by id.',
    input: z.object({ id }),
    result: userView,
    order: 'read',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/users/:id', status: 200 },
  }),
  createUser: define({
    summary: 'Makes a user.',
    input: userFields.extend({ externalId: filledText(200).nullable().optional() }),
    result: userView,
    order: 'write',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/users', status: 201 },
  }),
  updateUser: define({
    summary: 'Changes name, avatar or metadata of a user; what is left out stays.',
    input: userFields.extend({ id }),
    result: userView,
    order: 'write',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'PATCH', path: '/users/:id', status: 200 },
  }),
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
      .object({ user1Id: id, user2Id: id })
      .refine((chat) => chat.user1Id !== chat.user2Id, { error: 'expected two different people' }),
    result: chatView,
    order: 'write',
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
    input: inChat,
    result: chatDeletedView,
    order: 'write',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'chatDeleted',
    socket: true,
    rest: { method: 'DELETE', path: '/chats/:chatId', status: 200 },
  }),
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
} as const satisfies Record<string, CommandDefinition>;

export type CommandName = keyof typeof commands;
export type CommandInput<C extends CommandName> = z.infer<(typeof commands)[C]['input']>;
export type CommandResult<C extends CommandName> = z.infer<(typeof commands)[C]['result']>;

export const commandNames = Object.keys(commands) as CommandName[];

/** The definition of a command by its name, with the optional parts that a literal type hides. */
export function definitionOf(name: CommandName): CommandDefinition {
  return commands[name];
}
