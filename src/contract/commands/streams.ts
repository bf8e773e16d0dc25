import { z } from 'zod';
import { define, onMessage } from '../define.js';
import {
  chatId,
  clientId,
  id,
  MAX_CONTENT_LENGTH,
  messageMetadata,
  metadata,
  position,
  text,
  textOrNone,
  userId,
} from '../scalars.js';
import { editedMessageView, messageView, streamPositionView, streamView } from '../views/index.js';

export const streamsCommands = {
  streamMessage: define({
    summary:
      'Sends a message that you go on writing: readers have it at once, with `metadata.streaming: true`, and see it grow by `streamDelta`. Write with sendDelta, end with finishStream. The same `clientId` again gives the message there is. CONFLICT if you have too many unfinished ones: `details.limit` (10; the application in your name: 1,000).',
    input: z.object({
      chatId,
      senderId: userId.optional(),
      content: textOrNone(MAX_CONTENT_LENGTH, 'What is written already.'),
      clientId: clientId.optional(),
      replyToId: id.optional().describe('Its sender may stop the stream, also in a group.'),
      metadata: messageMetadata.optional().describe('As of sendMessage; `streaming` is set by the server.'),
    }),
    result: messageView,
    order: 'send',
    who: 'person',
    needs: 'message.send',
    actor: ['senderId'],
    reply: 'newMessage',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/messages/stream', status: 201 },
    misleading: { mentions: 'expected the ids of the mentioned members in `metadata.mentions`' },
  }),
  sendDelta: define({
    summary:
      'Writes more of a message of your own that you stream. The answer comes when it is stored, after at most about 0.1 s; send the next ones meanwhile. An empty `text` keeps a stream open: it ends by itself after 60 s without a delta, and after an hour. CONFLICT with `details.offset` if `offset` is not where the text ends: go on from there. CONFLICT with `details.streaming` if the stream has ended: `stopped`, `interrupted`, or null: finished. What was stored already may be sent again.',
    limit: 'typing',
    input: onMessage.extend({
      offset: position.describe('How much was written before it: UTF-16 code units, `length` in JavaScript.'),
      text: text(MAX_CONTENT_LENGTH).describe(`In all at most ${MAX_CONTENT_LENGTH} UTF-16 code units.`),
    }),
    result: streamPositionView,
    order: 'send',
    who: 'person',
    needs: 'message.send',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: { method: 'POST', path: '/messages/:messageId/stream', status: 200 },
  }),
  finishStream: define({
    summary:
      'Ends a stream of your own: the message has its whole text from now on, as one change (`messageEdited`, without `editedAt`). The same again is no change.',
    input: onMessage.extend({
      metadata: metadata
        .refine((value) => value.mentions === undefined, {
          error: 'expected no `mentions`: streamMessage takes them',
        })
        .refine((value) => value.streaming === undefined, {
          error: 'expected no `streaming`: the server sets it',
        })
        .optional()
        .describe('Added to the metadata of the message.'),
    }),
    result: editedMessageView,
    order: 'write',
    limit: 'message',
    needs: 'message.read',
    bare: 'messageId',
    actor: ['userId'],
    reply: 'messageEdited',
    socket: true,
    rest: { method: 'POST', path: '/messages/:messageId/stream/finish', status: 200 },
  }),
  stopStream: define({
    summary:
      'Ends the stream of somebody as it stands, with `metadata.streaming: "stopped"`; the writer gets `streamEnded`. In a direct chat both may; in a group its writer, the sender of the message that it replies to, admins and the owner. The same again is no change.',
    input: onMessage,
    result: editedMessageView,
    order: 'write',
    needs: 'message.read',
    bare: 'messageId',
    actor: ['userId'],
    reply: 'messageEdited',
    socket: true,
    rest: { method: 'POST', path: '/messages/:messageId/stream/stop', status: 200 },
  }),
  getStream: define({
    summary:
      'What is written so far of a message that is streamed. Ask when you come in the middle, or when a `streamDelta` does not begin where your text ends.',
    input: onMessage,
    result: streamView,
    order: 'read',
    needs: 'message.read',
    bare: 'messageId',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: { method: 'GET', path: '/messages/:messageId/stream', status: 200 },
  }),
} as const;
