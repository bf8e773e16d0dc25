import { z } from 'zod';
import { count, id, json, timestamp, unchanged } from './fields.js';
import { reactionView } from './reactions.js';

export const messageView = z
  .object({
    id,
    chatId: id,
    seq: count.describe('Position in the chat: 1, 2, 3 … without gaps, in the order of the commits.'),
    version: count.describe('The version of the chat at which this message last changed.'),
    type: z
      .enum(['text', 'system'])
      .describe('`system`: written by the server about a change of the chat, or sent by the application.'),
    senderId: id
      .nullable()
      .describe('Of a system message: the user who made the change; null: the application.'),
    receiverId: id.nullable().describe('The other user of a direct chat; null in groups.'),
    content: z.string(),
    seen: z.boolean().describe('Whether anybody other than the sender has seen it.'),
    clientId: z.string().nullable(),
    replyToId: id.nullable(),
    metadata: json
      .nullable()
      .describe(
        'Data of your application; `mentions` are the users whom the message mentions. In a system message of the server: `event` and the ids of chat and users.',
      ),
    reactions: z.array(reactionView),
    createdAt: timestamp,
    editedAt: timestamp.nullable(),
    deletedAt: timestamp
      .nullable()
      .describe('When it was deleted for everyone. Content is then empty and metadata null.'),
  })
  .meta({ id: 'Message' });
export type MessageView = z.infer<typeof messageView>;

/** The answer to editMessage. */
export const editedMessageView = messageView
  .extend({ changed: unchanged.optional() })
  .meta({ id: 'EditedMessage' });
export type EditedMessageView = z.infer<typeof editedMessageView>;

export const messageDeletedView = z
  .object({
    messageId: id,
    chatId: id,
    seq: count,
    version: count,
    changed: unchanged.optional(),
    for: z.enum(['everyone', 'me']),
  })
  .meta({ id: 'MessageDeleted' });
export type MessageDeletedView = z.infer<typeof messageDeletedView>;

export const messageEditView = z
  .object({ content: z.string(), at: timestamp.describe('The message had this content until this time.') })
  .meta({ id: 'MessageEdit' });
export type MessageEditView = z.infer<typeof messageEditView>;

export const messagesPage = z
  .object({
    chatId: id,
    messages: z.array(messageView).describe('Sorted by seq, oldest first.'),
    more: z.boolean().describe('Whether there are more messages in the requested direction.'),
  })
  .meta({ id: 'MessagesPage' });
export type MessagesPage = z.infer<typeof messagesPage>;
