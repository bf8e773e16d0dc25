import { z } from 'zod';
import { count, id, timestamp } from './fields.js';
import { memberView } from './members.js';
import { unreadTotalsView } from './receipts.js';

export const notifyLevel = z.enum(['all', 'mentions', 'none']);
export type NotifyLevel = z.infer<typeof notifyLevel>;

export const notificationKind = z.enum(['mention', 'reply', 'reaction', 'added']);
export type NotificationKind = z.infer<typeof notificationKind>;

export const quietDay = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);
export type QuietDay = z.infer<typeof quietDay>;

/** What a user has in their inbox. */
export const notificationView = z
  .object({
    id,
    kind: notificationKind.describe(
      '`mention`: a message mentions you; `reply`: a message replies to yours; `reaction`: somebody reacted to your message; `added`: you were added to a group.',
    ),
    chatId: id,
    chatTitle: z.string().nullable().describe('The title of the group; null: a direct chat, or it has none.'),
    messageId: id.nullable().describe('The message; of a reaction, yours. null: you were added.'),
    seq: count.nullable().describe('Where in the chat the message is.'),
    excerpt: z
      .string()
      .nullable()
      .describe('Its first 160 characters at most, as it is now; null: you were added.'),
    emoji: z.string().nullable().describe('The latest reaction of the actor; null: it is no reaction.'),
    actor: memberView
      .pick({ userId: true, name: true, avatarUrl: true })
      .nullable()
      .describe('Who has done it; null: the application.'),
    at: timestamp,
    seenAt: timestamp.nullable(),
  })
  .meta({ id: 'InboxEntry' });
export type NotificationView = z.infer<typeof notificationView>;

const unseen = count.describe('How many of the newest that you may see have no `seenAt`; at most 100.');

/** A new entry of the inbox, as it is told. */
export const newNotificationView = notificationView
  .extend({
    unseen,
    total: unreadTotalsView.shape.total,
    totalUnmuted: unreadTotalsView.shape.totalUnmuted,
  })
  .meta({ id: 'NewInboxEntry' });
export type NewNotificationView = z.infer<typeof newNotificationView>;

/** The answer to getNotifications. */
export const notificationsPage = z
  .object({
    notifications: z.array(notificationView).describe('The newest first.'),
    next: id
      .nullable()
      .describe(
        'Pass it as `before` to get older ones; also when these are fewer than `limit`. null: no more.',
      ),
    unseen,
  })
  .meta({ id: 'NotificationsPage' });
export type NotificationsPage = z.infer<typeof notificationsPage>;

export const notificationsSeenView = z
  .object({ upToId: id.describe('All up to this one are seen.'), unseen })
  .meta({ id: 'NotificationsSeen' });
export type NotificationsSeenView = z.infer<typeof notificationsSeenView>;

export const preferencesView = z
  .object({
    userId: id,
    direct: notifyLevel.describe('What you are told of in direct chats that have no `notify` of their own.'),
    groups: notifyLevel.describe('The same for groups.'),
    preview: z.boolean().describe('Whether pushes say what was written.'),
    whenActive: z
      .enum(['unread', 'never'])
      .describe(
        'What is pushed to other devices while you are active on one: what is `unread` after a while, or nothing.',
      ),
    quiet: z
      .object({
        from: z.string().describe('`HH:MM` by the clock of `timeZone`.'),
        to: z.string().describe('`HH:MM`; up to `from` it is a time of the next day.'),
        days: z.array(quietDay).describe('The days on which they begin.'),
      })
      .nullable()
      .describe('When nothing is pushed; the inbox goes on. null: no such hours.'),
    timeZone: z.string().nullable().describe('As `Europe/Berlin`; null: UTC.'),
  })
  .meta({ id: 'Preferences' });
export type PreferencesView = z.infer<typeof preferencesView>;
