import { z } from 'zod';
import { define, onMessage, repeatable } from '../define.js';
import {
  chatId,
  clientId,
  id,
  idsInQueryOrList,
  isBlank,
  MAX_CONTENT_LENGTH,
  messageMetadata,
  pageSize,
  position,
  systemMetadata,
  text,
  textOrNone,
  userId,
} from '../scalars.js';
import {
  deletedMessageView,
  editedMessageView,
  messageEditView,
  messagesPage,
  messageView,
} from '../views/index.js';

/** A message needs something: words, or data of the application. */
const hasSomething = ({ content, metadata }: { content: string; metadata?: Record<string, unknown> }) =>
  !isBlank(content) || (metadata !== undefined && Object.keys(metadata).length > 0);

const NOTHING = { error: 'expected text that is not blank, or metadata', path: ['content'] };

/** Fields that look as if they were taken, for commands that send or change a message. */
const MENTIONS = {
  mentions: 'expected the ids of the mentioned members in `metadata.mentions`',
};

const FOR_ME = 'expected `for`: "everyone" or "me"';

const content = textOrNone(MAX_CONTENT_LENGTH, 'May be empty when `metadata` is not.');

export const messagesCommands = {
  sendMessage: define({
    summary:
      'Sends a message: to a chat by `chatId`, or to a user by `receiverId`. Both may be given for a direct chat with that user, as a Message has them.',
    input: z
      .object({
        senderId: userId.optional(),
        receiverId: userId.optional(),
        chatId: chatId.optional(),
        content,
        clientId: clientId.optional(),
        replyToId: id.optional(),
        metadata: messageMetadata
          .optional()
          .describe(
            'Data of your application. `mentions` is a list of the members whom the message mentions, or "all": all who are members when it is sent. In a group only the owner and admins may mention all. `streaming` is dropped: the server sets it.',
          ),
      })
      .refine((message) => message.chatId !== undefined || message.receiverId !== undefined, {
        error: 'expected chatId or receiverId',
      })
      .refine(
        ({ chatId, senderId, receiverId }) =>
          chatId !== undefined || senderId === undefined || senderId !== receiverId,
        {
          error: 'expected a receiver other than the sender',
          path: ['receiverId'],
        },
      )
      .refine(hasSomething, NOTHING),
    result: messageView,
    order: 'send',
    who: 'person',
    needs: 'message.send',
    actor: ['senderId'],
    reply: 'newMessage',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/messages', status: 201, without: ['receiverId'] },
    misleading: {
      ...MENTIONS,
      type: {
        unless: 'text',
        error: 'expected no `type` but "text": the application sends system messages with sendSystemMessage',
      },
      replyTo: 'expected `replyToId`, the id of the message, instead of `replyTo`',
    },
  }),
  sendSystemMessage: define({
    summary: 'Sends a message without a sender to any chat. For the application only.',
    input: z
      .object({ chatId, content, metadata: systemMetadata.optional(), ...repeatable })
      .refine(hasSomething, NOTHING),
    result: messageView,
    order: 'write',
    limit: 'message',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/chats/:chatId/system-messages', status: 201 },
    misleading: {
      senderId: 'expected no `senderId`: a system message has no sender',
      replyToId: 'expected no `replyToId`: a system message is no reply',
    },
  }),
  getMessages: define({
    summary:
      'Messages of a chat, sorted by `seq`: the newest, or those before, after or around a position. A page may have fewer messages than `limit`, because it ends at 256 KiB; `more` says whether there are more.',
    input: z
      .object({
        chatId,
        userId: userId.optional(),
        before: position.optional().describe('The nearest messages with a smaller seq.'),
        after: position.optional().describe('The nearest messages with a larger seq.'),
        around: position.optional().describe('The message with this seq, and those before and after it.'),
        ids: idsInQueryOrList(100)
          .optional()
          .describe('These messages, as far as they are in this chat and visible to you.'),
        limit: pageSize(100, 50),
      })
      .refine(
        ({ before, after, around, ids }) =>
          [before, after, around, ids].filter((at) => at !== undefined).length <= 1,
        { error: 'expected at most one of before, after, around and ids' },
      ),
    result: messagesPage,
    order: 'read',
    cost: { of: 'limit', per: 50 },
    needs: 'message.read',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'messagesList',
    socket: true,
    rest: { method: 'GET', path: '/chats/:chatId/messages', status: 200 },
  }),
  getMessage: define({
    summary: 'A message by its id, for example one that is replied to.',
    input: onMessage,
    result: messageView,
    order: 'read',
    needs: 'message.read',
    bare: 'messageId',
    actor: ['userId'],
    reply: 'message',
    socket: true,
    rest: { method: 'GET', path: '/messages/:messageId', status: 200 },
  }),
  editMessage: define({
    summary:
      'Changes the text of your own message, its metadata, or both. Earlier texts are kept. Mentions count as the metadata has them from now on.',
    input: onMessage
      .extend({
        content: text(MAX_CONTENT_LENGTH)
          .optional()
          .describe('Left out: as it is. May be empty when the message has metadata.'),
        metadata: messageMetadata
          .optional()
          .describe(
            'In place of the present one, but for `streaming`, which stays; `{}` removes it. Left out: as it is.',
          ),
        replyToId: id
          .optional()
          .describe(
            'Only as the message has it, so that a Message can be sent back: an edit can not change what it replies to.',
          ),
        ...repeatable,
      })
      .refine((edit) => edit.content !== undefined || edit.metadata !== undefined, {
        error: 'expected content or metadata',
        path: ['content'],
      }),
    result: editedMessageView,
    order: 'write',
    limit: 'message',
    needs: 'message.edit',
    actor: ['userId'],
    reply: 'messageEdited',
    socket: true,
    rest: { method: 'PATCH', path: '/messages/:messageId', status: 200 },
    misleading: {
      ...MENTIONS,
      replyTo: 'expected no `replyTo`: an edit can not change what a message replies to',
    },
  }),
  deleteMessage: define({
    summary:
      'Deletes a message: your own for everyone, which leaves an empty message in its place, or any message for yourself.',
    input: onMessage.extend({ for: z.enum(['everyone', 'me']).default('everyone'), ...repeatable }),
    result: deletedMessageView,
    order: 'write',
    needs: 'message.delete',
    bare: 'messageId',
    actor: ['userId'],
    reply: 'messageDeleted',
    otherReply: { event: 'messageHidden', field: 'for', is: 'me' },
    socket: true,
    rest: { method: 'DELETE', path: '/messages/:messageId', status: 200 },
    misleading: { forMe: FOR_ME, onlyMe: FOR_ME, forEveryone: FOR_ME },
  }),
  getMessageEdits: define({
    summary:
      'The earlier versions of an edited message, oldest first, in pages of at most 100 versions and 256 KiB. The last 1,000 are kept.',
    input: onMessage.extend({
      after: position
        .default(0)
        .describe('How many of the oldest versions to skip: those that you have already read.'),
    }),
    result: z.array(messageEditView),
    order: 'read',
    cost: { base: 2 },
    needs: 'message.read',
    actor: ['userId'],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/messages/:messageId/edits', status: 200 },
  }),
} as const;
