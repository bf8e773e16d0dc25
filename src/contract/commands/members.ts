import { z } from 'zod';
import { define, inChat, repeatable } from '../define.js';
import { id, moment, pageSize, people, position } from '../scalars.js';
import {
  memberRemovedView,
  membersAddedView,
  membershipView,
  membersPage,
  memberUpdatedView,
} from '../views.js';

/** A member of a group; who asks is said by the connection, or X-User-Id. */
const member = z.object({ chatId: id, userId: id });

export const membersCommands = {
  getMembers: define({
    summary: 'Members of a chat by id, a page at a time.',
    input: inChat.extend({
      after: position.optional().describe('Members with a larger id.'),
      limit: pageSize(1_000, 100),
    }),
    result: membersPage,
    order: 'read',
    needs: 'chat.read',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'membersList',
    socket: true,
    rest: { method: 'GET', path: '/chats/:chatId/members', status: 200 },
  }),
  addMembers: define({
    summary: 'Adds people to a group; those who are in it already stay as they are. For its admins.',
    input: inChat.extend({ userIds: people(1), ...repeatable }),
    result: membersAddedView,
    order: 'write',
    needs: 'members.add',
    actor: ['userId'],
    reply: 'membersAdded',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/members', status: 200 },
  }),
  removeMember: define({
    summary: 'Removes somebody from a group: admins remove members, the owner anybody. Oneself: leaveChat.',
    input: member.extend(repeatable),
    result: memberRemovedView,
    order: 'write',
    needs: 'members.remove',
    actor: [],
    reply: 'memberRemoved',
    socket: true,
    rest: { method: 'DELETE', path: '/chats/:chatId/members/:userId', status: 200 },
  }),
  leaveChat: define({
    summary:
      'Leaves a group. An owner leaves it to the longest-standing admin, else member; the last one deletes it.',
    input: inChat.extend(repeatable),
    result: memberRemovedView,
    order: 'write',
    who: 'person',
    needs: 'chat.leave',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'memberRemoved',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/leave', status: 200 },
  }),
  setRole: define({
    summary: 'Gives a member of a group a role; for its owner. A new owner makes the former one an admin.',
    input: member.extend({ role: z.enum(['owner', 'admin', 'member']), ...repeatable }),
    result: memberUpdatedView,
    order: 'write',
    needs: 'members.setRole',
    actor: [],
    reply: 'memberUpdated',
    socket: true,
    rest: { method: 'PATCH', path: '/chats/:chatId/members/:userId', status: 200 },
  }),
  updateMembership: define({
    summary: 'Mutes, archives or pins a chat for oneself; what is left out stays.',
    input: inChat.extend({
      mutedUntil: moment.nullable().optional().describe('null: not muted.'),
      archived: z.boolean().optional(),
      pinned: z.boolean().optional(),
      ...repeatable,
    }),
    result: membershipView,
    order: 'write',
    who: 'person',
    needs: 'chat.settings',
    actor: ['userId'],
    reply: 'membershipUpdated',
    socket: true,
    rest: { method: 'PATCH', path: '/chats/:chatId/membership', status: 200 },
  }),
} as const;
