import { z } from 'zod';
import { define, inChat, repeatable } from '../define.js';
import { userId } from '../scalars.js';
import {
  answeredChatView,
  groupAdds,
  groupAddsView,
  invitationEndedView,
  invitationView,
} from '../views/index.js';

export const invitationsCommands = {
  getInvitations: define({
    summary:
      'The groups that you are invited to, the latest invitation first; at most 200. Call it after each connect: an invitation is not a chat yet, so sync does not return it.',
    input: z.object({ userId: userId.optional() }),
    result: z.array(invitationView),
    order: 'read',
    who: 'person',
    actor: ['userId'],
    reply: 'invitationsList',
    socket: true,
    rest: { method: 'GET', path: '/invitations', status: 200 },
  }),
  acceptInvitation: define({
    summary: 'Joins a group that you are invited to.',
    input: inChat.extend(repeatable),
    result: answeredChatView,
    order: 'write',
    who: 'person',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'newChat',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/invitation/accept', status: 200 },
  }),
  declineInvitation: define({
    summary:
      'Declines an invitation to a group. Those who invited you are not told, and for seven days you are not shown another invitation to this group.',
    input: inChat.extend(repeatable),
    result: invitationEndedView,
    order: 'write',
    who: 'person',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'invitationEnded',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/invitation/decline', status: 200 },
  }),
  setGroupAdds: define({
    summary:
      'Sets who may add you to groups without asking: `everybody`, `contacts` (users to whom you have written in your direct chat), or nobody (`invited`); null: GROUP_ADDS of the server applies. The stricter of the two always applies. All others can invite you.',
    input: z.object({ groupAdds: groupAdds.nullable(), userId: userId.optional(), ...repeatable }),
    result: groupAddsView,
    order: 'write',
    who: 'oneself',
    actor: ['userId'],
    reply: 'groupAdds',
    socket: true,
    rest: { method: 'PUT', path: '/users/:userId/group-adds', status: 200 },
  }),
  getGroupAdds: define({
    summary: 'Your setting for who may add you to groups without asking.',
    input: z.object({ userId: userId.optional() }),
    result: groupAddsView,
    order: 'read',
    who: 'oneself',
    actor: ['userId'],
    reply: 'groupAdds',
    socket: true,
    rest: { method: 'GET', path: '/users/:userId/group-adds', status: 200 },
  }),
} as const;
