import { z } from 'zod';
import { define, repeatable } from '../define.js';
import { flag, id, pageSize, userId } from '../scalars.js';
import {
  notificationKind,
  notificationsPage,
  notificationsSeenView,
  notifyLevel,
  preferencesView,
  quietDay,
} from '../views/index.js';

const clock = z
  .string()
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: 'expected a time of the day from 00:00 to 23:59' });

/** Whether the zones of this program have it. */
function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== '';
  } catch {
    return false;
  }
}

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'expected a time zone, as Europe/Berlin', abort: true });

const quiet = z.object({
  from: clock.describe('`HH:MM` by the clock of `timeZone`.'),
  to: clock.describe('`HH:MM`; up to `from` it is a time of the next day, so equal times are a whole day.'),
  days: z
    .array(quietDay)
    .min(1, { error: 'expected at least one day' })
    .max(7)
    .refine((days) => new Set(days).size === days.length, { error: 'expected each day once' })
    .default([...quietDay.options])
    .describe('The days on which they begin. Left out: every day.'),
});

export const notificationsCommands = {
  getNotifications: define({
    summary:
      'Your inbox, the newest first: mentions, replies to your messages, reactions to them, and groups that you were added to. What you may not see any more is left out: deleted messages, chats that you have left, people whom you block. Kept for 90 days.',
    input: z.object({
      userId: userId.optional(),
      before: id.optional().describe('`next` of the previous page.'),
      limit: pageSize(100, 30),
      kind: notificationKind.optional(),
    }),
    result: notificationsPage,
    order: 'read',
    cost: { of: 'limit', per: 50 },
    who: 'person',
    actor: ['userId'],
    reply: 'notificationsList',
    socket: true,
    rest: { method: 'GET', path: '/notifications', status: 200 },
  }),
  markNotificationsSeen: define({
    summary: 'Marks everything in your inbox up to an entry as seen; your other devices are told.',
    input: z.object({
      userId: userId.optional(),
      upToId: id.describe('The `id` of the newest one that was seen.'),
      ...repeatable,
    }),
    result: notificationsSeenView,
    order: 'write',
    who: 'person',
    bare: 'upToId',
    actor: ['userId'],
    reply: 'notificationsSeen',
    socket: true,
    rest: { method: 'POST', path: '/notifications/seen', status: 200 },
  }),
  getPreferences: define({
    summary: 'What you want to be told of, and when.',
    input: z.object({ userId: userId.optional() }),
    result: preferencesView,
    order: 'read',
    who: 'oneself',
    actor: ['userId'],
    reply: 'preferencesChanged',
    socket: true,
    rest: { method: 'GET', path: '/users/:userId/preferences', status: 200 },
  }),
  updatePreferences: define({
    summary:
      'Changes what you want to be told of. Fields that are left out stay unchanged. updateMembership sets the level of one chat.',
    input: z.object({
      userId: userId.optional(),
      direct: notifyLevel.optional().describe('In direct chats that have no `notify` of their own.'),
      groups: notifyLevel.optional().describe('The same for groups.'),
      preview: flag.optional().describe('Whether pushes say what was written.'),
      whenActive: z
        .enum(['unread', 'never'])
        .optional()
        .describe(
          'What is pushed while you are active on another device: what is `unread` after a while, or nothing.',
        ),
      quiet: quiet.nullable().optional().describe('When nothing is pushed; null: no such hours.'),
      timeZone: timeZone.nullable().optional().describe('As `Europe/Berlin`; null: UTC.'),
    }),
    result: preferencesView,
    order: 'write',
    who: 'oneself',
    actor: ['userId'],
    reply: 'preferencesChanged',
    socket: true,
    rest: { method: 'PATCH', path: '/users/:userId/preferences', status: 200 },
    misleading: {
      notify: 'expected no `notify`: updateMembership sets it for a chat',
      mutedUntil: 'expected no `mutedUntil`: updateMembership mutes a chat',
    },
  }),
} as const;
