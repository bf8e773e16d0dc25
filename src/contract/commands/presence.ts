import { z } from 'zod';
import { define } from '../define.js';
import { id } from '../scalars.js';
import { presenceView } from '../views.js';

export const presenceCommands = {
  userOnline: define({
    summary: 'Says who is at this socket, and that they are online.',
    input: z.object({ userId: id }),
    result: presenceView,
    order: 'write',
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
    bare: 'userId',
    actor: ['userId'],
    reply: null,
    socket: true,
    rest: null,
  }),
  getOnlineUsers: define({
    summary: 'Who is online now; at most 1,000 people.',
    input: z.object({ userId: id.optional() }),
    result: z.array(presenceView),
    order: 'read',
    actor: ['userId'],
    reply: 'onlineUsers',
    socket: true,
    rest: { method: 'GET', path: '/users/online', status: 200 },
  }),
} as const;
