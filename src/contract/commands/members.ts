import { z } from 'zod';
import { define, inChat, repeatable } from '../define.js';
import { id, moment, pageSize, people, position, text } from '../scalars.js';
import {
  addedMembersView,
  banLiftedView,
  bannedPage,
  memberRemovedView,
  membershipView,
  membersPage,
  memberUpdatedView,
} from '../views/index.js';

/** A member of a group; who asks is said by the connection, or X-User-Id. */
const member = z.object({ chatId: id, userId: id });

export const membersCommands = {
  getMembers: define({
    summary: 'The members of a chat, sorted by user id, in pages.',
    input: inChat.extend({
      after: position.optional().describe('Only members with a larger user id.'),
      limit: pageSize(1_000, 100),
    }),
    result: membersPage,
    order: 'read',
    cost: { of: 'limit', per: 250 },
    needs: 'chat.read',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'membersList',
    socket: true,
    rest: { method: 'GET', path: '/chats/:chatId/members', status: 200 },
  }),
  addMembers: define({
    summary:
      'Adds users to a group. Users who left the group before, and those whom GROUP_ADDS or their own setting protects, are invited instead. Nothing changes for users who are already members. With `addMembers: members` all members may do it, else only the owner and admins.',
    input: inChat.extend({ userIds: people(1), ...repeatable }),
    result: addedMembersView,
    order: 'write',
    needs: 'members.add',
    actor: ['userId'],
    reply: 'membersAdded',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/members', status: 200 },
    misleading: {
      role: 'expected no `role`: new members are members, until setRole',
      historyVisible: 'expected no `historyVisible`: it is a setting of the group, for updateChat',
    },
  }),
  removeMember: define({
    summary:
      'Removes a member from a group, or revokes an invitation. Admins can remove members; the owner can remove anybody. To leave yourself, use leaveChat.',
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
      'Leaves a group. If the owner leaves, the longest-standing admin becomes the owner, or else the longest-standing member. When the last member leaves, the group is deleted.',
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
    summary:
      'Sets the role of a member of a group. Only the owner may do it. When another member becomes the owner, the former owner becomes an admin.',
    input: member.extend({ role: z.enum(['owner', 'admin', 'member']), ...repeatable }),
    result: memberUpdatedView,
    order: 'write',
    needs: 'members.setRole',
    actor: [],
    reply: 'memberUpdated',
    socket: true,
    rest: { method: 'PATCH', path: '/chats/:chatId/members/:userId', status: 200 },
  }),
  silenceMember: define({
    summary:
      'Mutes a member of a group until a moment, for everyone: until then they can neither send, edit nor react, whether they leave and come back or not. Admins can mute members; the owner can mute anybody else. Who becomes an admin or the owner is no longer muted.',
    input: member.extend({ until: moment, ...repeatable }),
    result: memberUpdatedView,
    order: 'write',
    needs: 'members.silence',
    actor: [],
    reply: 'memberUpdated',
    socket: true,
    rest: { method: 'PUT', path: '/chats/:chatId/members/:userId/silence', status: 200 },
    misleading: {
      mutedUntil: 'expected `until`: `mutedUntil` is a setting for oneself, for updateMembership',
      silencedUntil: 'expected `until`',
      seconds: 'expected `until`: a moment',
    },
  }),
  unsilenceMember: define({
    summary:
      'Lets a muted member of a group write again. Admins can do it for members, the owner for anybody.',
    input: member.extend(repeatable),
    result: memberUpdatedView,
    order: 'write',
    needs: 'members.silence',
    actor: [],
    reply: 'memberUpdated',
    socket: true,
    rest: { method: 'DELETE', path: '/chats/:chatId/members/:userId/silence', status: 200 },
  }),
  banMember: define({
    summary:
      'Bans a user from a group, whether they are a member or not: a member is removed, and nobody can add or invite them, nor can they join, until unbanMember. Admins can ban members; the owner can ban anybody else.',
    input: member.extend({
      reason: text(500).optional().describe('For the admins, who see it in getBanned.'),
      ...repeatable,
    }),
    result: memberRemovedView,
    order: 'write',
    needs: 'members.ban',
    actor: [],
    reply: 'memberRemoved',
    socket: true,
    rest: { method: 'PUT', path: '/chats/:chatId/banned/:userId', status: 200 },
    misleading: {
      until: 'expected no `until`: a ban holds until unbanMember',
    },
  }),
  unbanMember: define({
    summary:
      'Lifts a ban: the user can be added, and can join, again. It brings nobody back. Only the owner and admins may do it.',
    input: member.extend(repeatable),
    result: banLiftedView,
    order: 'write',
    needs: 'members.ban',
    actor: [],
    reply: 'banLifted',
    socket: true,
    rest: { method: 'DELETE', path: '/chats/:chatId/banned/:userId', status: 200 },
  }),
  getBanned: define({
    summary:
      'The users who are banned from a group, sorted by user id, in pages. Only the owner and admins see it.',
    input: inChat.extend({
      after: position.optional().describe('Only users with a larger user id.'),
      limit: pageSize(1_000, 100),
    }),
    result: bannedPage,
    order: 'read',
    cost: { of: 'limit', per: 250 },
    needs: 'members.ban',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'bannedList',
    socket: true,
    rest: { method: 'GET', path: '/chats/:chatId/banned', status: 200 },
  }),
  updateMembership: define({
    summary: 'Mutes, archives or pins a chat for yourself. Fields that are left out stay unchanged.',
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
    misleading: {
      muted: 'expected `mutedUntil`: a time, or null',
      archivedAt: 'expected `archived`: true or false',
      pinnedAt: 'expected `pinned`: true or false',
      role: 'expected no `role`: setRole changes roles',
      title: 'expected no `title`: updateChat changes what a group is called',
    },
  }),
} as const;
