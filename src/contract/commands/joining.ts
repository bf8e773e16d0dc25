import { z } from 'zod';
import { define, inChat, repeatable } from '../define.js';
import { chatId, id, moment, pageSize, text, userId, wholeNumber } from '../scalars.js';
import {
  answeredChatView,
  createdInviteView,
  invitedGroupView,
  inviteRevokedView,
  inviteView,
  publicChatsPage,
} from '../views/index.js';

/** A code as createInvite makes it. */
const code = z
  .string()
  .regex(/^[\w-]{24}$/, { error: 'expected the `code` of createInvite: 24 letters, digits, - or _' });

export const joiningCommands = {
  getPublicChats: define({
    summary:
      'The public groups that anybody may join, the newest first. With `q` those of whose titles each word of `q` begins a word, without case and accents, among the first 1,000 that match the longest of them. Members are not shown.',
    input: z.object({
      q: text(200).optional(),
      before: chatId.optional().describe('The `chatId` of the last group of the previous page.'),
      limit: pageSize(100, 20),
      userId: userId.optional(),
    }),
    result: publicChatsPage,
    order: 'read',
    cost: { of: 'limit', per: 50 },
    actor: ['userId'],
    reply: 'publicChats',
    socket: true,
    rest: { method: 'GET', path: '/public-chats', status: 200 },
  }),
  joinChat: define({
    summary:
      'Joins a public group. Who is a member already stays one, and nobody is told again. It counts against RATE_LIMIT_ADDS.',
    input: inChat.extend(repeatable),
    result: answeredChatView,
    order: 'write',
    who: 'person',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'newChat',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/join', status: 200 },
  }),
  createInvite: define({
    summary:
      'Makes an invitation to a group by link: whoever has its `code` may join until it has expired, was used `maxUses` times or is revoked. At most 100 of a group at a time. Only the owner and admins may do it.',
    input: inChat.extend({
      expiresAt: moment.nullable().optional().describe('In the future; null: never.'),
      maxUses: wholeNumber(1, 100_000).nullable().optional().describe('null: any number.'),
    }),
    result: createdInviteView,
    order: 'write',
    needs: 'invites.manage',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'inviteCreated',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/invites', status: 201 },
  }),
  getInvites: define({
    summary:
      'The invitations to a group by link, the newest first, without their codes. Only the owner and admins see them.',
    input: inChat,
    result: z.array(inviteView),
    order: 'read',
    needs: 'invites.manage',
    bare: 'chatId',
    actor: ['userId'],
    reply: 'invitesList',
    socket: true,
    rest: { method: 'GET', path: '/chats/:chatId/invites', status: 200 },
  }),
  revokeInvite: define({
    summary: 'Ends an invitation by link. Who has joined by it stays. Only the owner and admins may do it.',
    input: inChat.extend({ inviteId: id, ...repeatable }),
    result: inviteRevokedView,
    order: 'write',
    needs: 'invites.manage',
    actor: ['userId'],
    reply: 'inviteRevoked',
    socket: true,
    rest: { method: 'DELETE', path: '/chats/:chatId/invites/:inviteId', status: 200 },
  }),
  getInvite: define({
    summary:
      'The group that a code leads into. NOT_FOUND for a code that was never made, has expired, was used up or revoked: which of these is not said.',
    input: z.object({ code, userId: userId.optional() }),
    result: invitedGroupView,
    order: 'read',
    actor: ['userId'],
    reply: 'invite',
    socket: true,
    rest: { method: 'GET', path: '/invites/:code', status: 200 },
  }),
  joinByInvite: define({
    summary:
      'Joins the group that a code leads into. Who is a member already stays one, and the use is not counted. It counts against RATE_LIMIT_ADDS.',
    input: z.object({ code, userId: userId.optional(), ...repeatable }),
    result: answeredChatView,
    order: 'write',
    who: 'person',
    actor: ['userId'],
    reply: 'newChat',
    socket: true,
    rest: { method: 'POST', path: '/invites/:code/join', status: 200 },
  }),
} as const;
