import { z } from 'zod';
import { count, id, unchanged } from './fields.js';

export const messageSeenView = z
  .object({
    messageId: id.nullable().describe('The last message that it covers; null if the chat has no messages.'),
    seen: z.literal(true),
    chatId: id,
    userId: id.describe('The user who has seen it.'),
    seq: count.describe('The user has seen everything up to this seq.'),
    version: count.describe('The present version of the chat; a receipt does not raise it.'),
    changed: unchanged,
  })
  .meta({ id: 'MessageSeen' });
export type MessageSeenView = z.infer<typeof messageSeenView>;

export const messageDeliveredView = messageSeenView
  .omit({ seen: true })
  .extend({
    delivered: z.literal(true),
    userId: id.describe('The user to whom it was delivered.'),
    seq: count.describe('Everything up to this seq was delivered to the user.'),
  })
  .meta({ id: 'MessageDelivered' });
export type MessageDeliveredView = z.infer<typeof messageDeliveredView>;

/** The answer to markAsDelivered with `marks`. */
export const messagesDeliveredView = z
  .object({
    marks: z
      .array(messageDeliveredView)
      .describe('In the order of the command, without chats that are not the reader’s.'),
  })
  .meta({ id: 'MessagesDelivered' });
export type MessagesDeliveredView = z.infer<typeof messagesDeliveredView>;

export const unreadTotalsView = z
  .object({
    total: count.describe('Number of unread messages of all chats.'),
    totalMentions: count.describe('How many of them mention the reader; at most 1,000 of each chat.'),
    totalUnmuted: count.describe(
      'Number of unread messages of chats that are neither muted nor archived: for the icon of an app. Pushes to phones have it.',
    ),
    badge: count.describe('`totalUnmuted`, and unread mentions of muted chats that are not archived.'),
  })
  .meta({ id: 'UnreadTotals' });
export type UnreadTotalsView = z.infer<typeof unreadTotalsView>;

export const unreadCountView = unreadTotalsView
  .extend({
    chatId: id,
    unread: count.describe(
      'Number of unread messages of the chat: of others, without deleted ones and those of the server about changes of a group.',
    ),
    unreadMentions: count.describe('How many unread messages of the chat mention the reader.'),
    unreadSeq: count.describe('Messages of others after this seq are unread.'),
  })
  .meta({ id: 'UnreadCount' });
export type UnreadCountView = z.infer<typeof unreadCountView>;

/** The answer to markAllAsSeen. */
export const allSeenView = unreadTotalsView
  .extend({
    chatIds: z.array(id).describe('The chats that were marked.'),
    more: z.boolean().describe('true: there are more chats with unread messages; call it again.'),
  })
  .meta({ id: 'AllSeen' });
export type AllSeenView = z.infer<typeof allSeenView>;

export const messageReceiptsView = z
  .object({
    messageId: id,
    chatId: id,
    seenBy: z.array(id).describe('Members who have seen it, without the sender; at most 1,000.'),
    deliveredTo: z.array(id).describe('Members to whom it was delivered, without the sender; at most 1,000.'),
  })
  .meta({ id: 'MessageReceipts' });
export type MessageReceiptsView = z.infer<typeof messageReceiptsView>;

export const watermarkView = z
  .object({
    chatId: id,
    userId: id,
    readSeq: count.describe('The member has seen everything up to this seq.'),
    deliveredSeq: count.describe('Everything up to this seq was delivered to the member.'),
    unread: count
      .optional()
      .describe(
        'In your own entry only: number of unread messages of the chat. Reading lowers it, markAsUnread raises it.',
      ),
    unreadMentions: count.optional().describe('In your own entry only: how many of them mention you.'),
    unreadSeq: count
      .optional()
      .describe('In your own entry only: messages of others after this seq are unread.'),
  })
  .meta({ id: 'Watermark' });
export type WatermarkView = z.infer<typeof watermarkView>;
