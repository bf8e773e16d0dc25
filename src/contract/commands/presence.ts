import { z } from 'zod';
import { define, repeatable } from '../define.js';
import { ids, idsInQuery, userId } from '../scalars.js';
import { activeView, presenceView, visibilityView } from '../views/index.js';

/** Most people whose presence is asked for or watched at once. */
const MAX_PEOPLE = 500;

const people = z.object({ userIds: ids(MAX_PEOPLE, userId), userId: userId.optional() });

export const presenceCommands = {
  userOnline: define({
    summary: 'Says which user this socket belongs to, and that the user is online.',
    input: z.object({ userId }),
    result: presenceView,
    order: 'write',
    who: 'oneself',
    bare: 'userId',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: null,
  }),
  userOffline: define({
    summary: 'Takes this socket offline. The user stays online as long as another of their sockets is.',
    input: z.object({ userId: userId.optional() }),
    result: presenceView,
    order: 'write',
    who: 'person',
    bare: 'userId',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: null,
  }),
  getOnlineUsers: define({
    summary: 'Which of the users who share a chat with you are online; at most 1,000.',
    input: z.object({ userId: userId.optional() }),
    result: z.array(presenceView),
    order: 'read',
    cost: { base: 5 },
    actor: ['userId'],
    reply: 'onlineUsers',
    socket: true,
    rest: { method: 'GET', path: '/users/online', status: 200 },
  }),
  getPresence: define({
    summary:
      'Whether these users are online, in the same order; at most 500. A user who shares no chat with you (with AUTH=jwt: no group, and no direct chat in which they have written) looks like a user who does not exist: offline, never seen.',
    input: people,
    result: z.array(presenceView),
    order: 'read',
    cost: { of: 'userIds', per: 25 },
    actor: ['userId'],
    reply: 'presence',
    socket: true,
    rest: null,
  }),
  getUsersPresence: define({
    summary: 'Like getPresence, with `ids` separated by commas.',
    input: z.object({ ids: idsInQuery(MAX_PEOPLE, userId), userId: userId.optional() }),
    result: z.array(presenceView),
    order: 'read',
    cost: { of: 'ids', per: 25 },
    actor: ['userId'],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/users/presence', status: 200 },
  }),
  watchPresence: define({
    summary:
      'From now on this socket receives `userStatus` of these users, at most 500, if they share a chat with you. Replaces the previous list. An empty list, `userOnline` and `userOffline` end the watch. CONFLICT if you are not online on this socket.',
    input: people,
    result: z.array(presenceView),
    order: 'write',
    cost: { of: 'userIds', per: 25 },
    actor: ['userId'],
    reply: 'presence',
    socket: true,
    rest: null,
  }),
  setActive: define({
    summary:
      'Says whether the user uses this device right now: the app is in front and was touched lately. Meanwhile no device of theirs is pushed at once, only later, if they leave a message unread. It holds for 2 minutes, so repeat `active: true` each minute, and send `active: false` when the app goes to the background. It ends with the connection. It is never stored: the nodes know it, by Redis where there are several, and nobody else is told. CONFLICT if you are not online on this socket.',
    input: z.object({ active: z.boolean(), userId: userId.optional() }),
    result: activeView,
    order: 'write',
    who: 'person',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: null,
  }),
  setVisibility: define({
    summary:
      'Sets whether others see that you are online. An invisible user looks offline to everybody else, last seen when they were last visible.',
    input: z.object({ visible: z.boolean(), userId: userId.optional(), ...repeatable }),
    result: visibilityView,
    order: 'write',
    who: 'oneself',
    actor: ['userId'],
    reply: 'visibility',
    socket: true,
    rest: { method: 'PUT', path: '/users/:userId/visibility', status: 200 },
  }),
  getVisibility: define({
    summary: 'Whether others see that you are online.',
    input: z.object({ userId: userId.optional() }),
    result: visibilityView,
    order: 'read',
    who: 'oneself',
    actor: ['userId'],
    reply: 'visibility',
    socket: true,
    rest: { method: 'GET', path: '/users/:userId/visibility', status: 200 },
  }),
} as const;
