import { z } from 'zod';
import { define, repeatable } from '../define.js';
import { id, ids, idsInQuery } from '../scalars.js';
import { presenceView, visibilityView } from '../views.js';

/** Most people whose presence is asked for or watched at once. */
const MAX_PEOPLE = 500;

const people = z.object({ userIds: ids(MAX_PEOPLE), userId: id.optional() });

export const presenceCommands = {
  userOnline: define({
    summary: 'Says who is at this socket, and that they are online.',
    input: z.object({ userId: id }),
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
    summary: 'Takes this socket offline. The user is online while any other socket of theirs is.',
    input: z.object({ userId: id.optional() }),
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
    summary: 'Who is online now, of the people one shares a chat with; at most 1,000.',
    input: z.object({ userId: id.optional() }),
    result: z.array(presenceView),
    order: 'read',
    actor: ['userId'],
    reply: 'onlineUsers',
    socket: true,
    rest: { method: 'GET', path: '/users/online', status: 200 },
  }),
  getPresence: define({
    summary:
      'Whether these people are online, in their order; at most 500. Who shares no chat with the asker looks as somebody who does not exist: offline, never seen.',
    input: people,
    result: z.array(presenceView),
    order: 'read',
    actor: ['userId'],
    reply: 'presence',
    socket: true,
    rest: null,
  }),
  getUsersPresence: define({
    summary: 'As getPresence; `ids` are comma-separated.',
    input: z.object({ ids: idsInQuery(MAX_PEOPLE), userId: id.optional() }),
    result: z.array(presenceView),
    order: 'read',
    actor: ['userId'],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/users/presence', status: 200 },
  }),
  watchPresence: define({
    summary:
      'From now on this socket hears `userStatus` of these people, at most 500, of those one shares a chat with. Replaces what it watched before; an empty list ends it, as do `userOnline` and `userOffline`. CONFLICT at a socket where the asker is not online.',
    input: people,
    result: z.array(presenceView),
    order: 'write',
    actor: ['userId'],
    reply: 'presence',
    socket: true,
    rest: null,
  }),
  setVisibility: define({
    summary:
      'Whether others see when one is online. Somebody invisible looks offline to all others, last seen when they last were visible.',
    input: z.object({ visible: z.boolean(), userId: id.optional(), ...repeatable }),
    result: visibilityView,
    order: 'write',
    who: 'oneself',
    actor: ['userId'],
    reply: 'visibility',
    socket: true,
    rest: { method: 'PUT', path: '/users/:userId/visibility', status: 200 },
  }),
  getVisibility: define({
    summary: 'Whether others see when one is online.',
    input: z.object({ userId: id.optional() }),
    result: visibilityView,
    order: 'read',
    who: 'oneself',
    actor: ['userId'],
    reply: 'visibility',
    socket: true,
    rest: { method: 'GET', path: '/users/:userId/visibility', status: 200 },
  }),
} as const;
