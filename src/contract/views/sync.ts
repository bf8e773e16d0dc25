import { z } from 'zod';
import { chatListItem, membershipView } from './chats.js';
import { count, id, timestamp } from './fields.js';
import { messageView } from './messages.js';
import { unreadTotalsView, watermarkView } from './receipts.js';
import { userView } from './users.js';

export const syncedChat = z
  .object({
    chat: chatListItem,
    messages: z
      .array(messageView)
      .describe('Messages that changed after the version of the client, sorted by version.'),
    upTo: count.describe('The version of the chat up to which the client is now complete.'),
    reset: z
      .boolean()
      .describe(
        'true: discard what you have of this chat. `messages` is its newest page, sorted by version.',
      ),
    more: z.boolean().describe('true: call sync again with `upTo` as the version.'),
  })
  .meta({ id: 'SyncedChat' });
export type SyncedChat = z.infer<typeof syncedChat>;

export const syncedView = z
  .object({
    chats: z.array(syncedChat),
    gone: z.array(id).describe('Chats in `versions` that were deleted or are no longer visible to you.'),
    more: z.boolean().describe('true: there are more chats or messages; call sync again.'),
    watermarks: z
      .array(watermarkView)
      .describe(
        'Positions up to which members of your chats have seen and received messages, if they changed since `since`; your own with unread counts.',
      ),
    hidden: z
      .array(z.object({ chatId: id, messageId: id }))
      .describe('Messages that you deleted for yourself since `since`.'),
    memberships: z
      .array(membershipView.omit({ changed: true }))
      .describe('Your chat settings (muted, archived, pinned, notify) that changed since `since`.'),
    users: z
      .array(userView)
      .describe(
        'Profiles of members of your chats that changed since `since`, as you see them; `lastSeenAt` of others is null here.',
      ),
    unread: z
      .object({
        total: unreadTotalsView.shape.total,
        mentions: unreadTotalsView.shape.totalMentions,
        totalUnmuted: unreadTotalsView.shape.totalUnmuted,
        badge: unreadTotalsView.shape.badge,
      })
      .describe('Your unread messages in all chats, by the same snapshot.'),
    now: timestamp.describe('The time of the server.'),
    at: timestamp.describe('Pass it as `since` in the next call.'),
  })
  .meta({ id: 'Synced' });
export type SyncedView = z.infer<typeof syncedView>;
