import { z } from 'zod';
import { define, inChat, repeatable } from '../define.js';
import { afterUser, chatId, moment, pageSize, people, userId } from '../scalars.js';
import {
  addedMembersView,
  memberRemovedView,
  membershipView,
  membersPage,
  memberUpdatedView,
  notifyLevel,
} from '../views/index.js';

/** A member of a group; who asks is said by the connection, or X-User-Id. */
export const member = z.object({ chatId, userId });

export const membersCommands = {
  getMembers: define({
    summary: 'The members of a chat, sorted by user id, in pages.',
    input: inChat.extend({
      after: afterUser.optional().describe('The last user of the previous page; 0: from the start.'),
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
  updateMembership: define({
    summary:
      'Mutes, archives or pins a chat for yourself, or sets what you are told of it. Fields that are left out stay unchanged.',
    input: inChat.extend({
      mutedUntil: moment.nullable().optional().describe('null: not muted.'),
      archived: z.boolean().optional(),
      pinned: z.boolean().optional(),
      notify: notifyLevel
        .nullable()
        .optional()
        .describe(
          'What you are told of: `all`, `mentions`, or `none`, not even mentions; null: as your preferences say.',
        ),
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
