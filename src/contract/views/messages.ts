import { z } from 'zod';
import { count, id, json, timestamp, unchanged } from './fields.js';
import { reactionView } from './reactions.js';

/** The message that a reply is to. */
export const replyToView = z
  .object({
    messageId: id,
    seq: count,
    senderId: id.nullable(),
    excerpt: z.string().describe('Its first 160 characters at most; empty when it was deleted for everyone.'),
    deleted: z.boolean().describe('Whether it was deleted for everyone.'),
  })
  .meta({ id: 'ReplyTo' });
export type ReplyToView = z.infer<typeof replyToView>;

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
    replyTo: replyToView
      .nullable()
      .describe(
        'The message with the id `replyToId`, as it was when this was read or sent. null: not a reply, or to a message that you may not see. Events, and answers to commands that send or change the message, are the same for all members: there null also when any one of them may not see it.',
      ),
    metadata: json
      .nullable()
      .describe(
        'Data of your application; `mentions` are the users whom the message mentions, or "all". In a system message of the server: `event` and the ids of chat and users.',
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
    for: z.literal('everyone'),
    deletedAt: timestamp.describe('As the message has it from now on.'),
  })
  .meta({ id: 'MessageDeleted' });
export type MessageDeletedView = z.infer<typeof messageDeletedView>;

/** A message that somebody deleted for themselves. No change of the chat, so it has no version. */
export const messageHiddenView = z
  .object({ chatId: id, messageId: id, seq: count })
  .meta({ id: 'MessageHidden' });
export type MessageHiddenView = z.infer<typeof messageHiddenView>;

/** The answer to deleteMessage: `for` says which one it is. */
export const deletedMessageView = z
  .union([
    messageDeletedView,
    messageHiddenView.extend({ for: z.literal('me') }).meta({ id: 'MessageDeletedForMe' }),
  ])
  .meta({ type: 'object' });
export type DeletedMessageView = z.infer<typeof deletedMessageView>;

export const messageEditView = z
  .object({ content: z.string(), at: timestamp.describe('The message had this content until this time.') })
  .meta({ id: 'MessageEdit' });
export type MessageEditView = z.infer<typeof messageEditView>;

export const messagesPage = z
  .object({
    chatId: id,
    messages: z.array(messageView).describe('Sorted by seq, oldest first.'),
    more: z
      .boolean()
      .describe('Whether there are more in the requested direction: with `around` in one of the two.'),
    moreBefore: z.boolean().describe('Whether there are earlier messages than these.'),
    moreAfter: z
      .boolean()
      .describe('Whether there are later ones. They may all be hidden for you: then the next page is empty.'),
    lastSeq: count.describe('Of the chat, when this page was read.'),
    version: count.describe(
      'Of the chat, when this page was read: an event with a larger version is newer than the page.',
    ),
  })
  .meta({ id: 'MessagesPage' });
export type MessagesPage = z.infer<typeof messagesPage>;
