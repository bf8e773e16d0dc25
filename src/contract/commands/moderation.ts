import { define, inChat, repeatable } from '../define.js';
import { afterUser, moment, pageSize, text } from '../scalars.js';
import { banLiftedView, bannedPage, memberRemovedView, memberUpdatedView } from '../views/index.js';
import { member } from './members.js';

export const moderationCommands = {
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
      after: afterUser.optional().describe('The last user of the previous page; 0: from the start.'),
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
} as const;
