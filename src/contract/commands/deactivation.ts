import { z } from 'zod';
import { define } from '../define.js';
import { filledText, moment, pageSize, userId } from '../scalars.js';
import { deactivationView } from '../views/index.js';

export const deactivationCommands = {
  deactivateUser: define({
    summary:
      'Shuts a user out. Within a second every node closes their sockets and refuses their tokens, and whatever is done in their name, with DEACTIVATED; they can neither log in nor refresh. Nobody can write to them in direct chats (USER_DEACTIVATED). They stay a member of their groups. Again it replaces `until` and `reason`. For the application only.',
    input: z.object({
      userId,
      reason: filledText(500).nullable().optional().describe('The user gets it, others do not.'),
      until: moment
        .nullable()
        .optional()
        .describe('When it ends by itself, a time to come. Left out: when reactivateUser ends it.'),
    }),
    result: deactivationView,
    order: 'write',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/users/:userId/deactivate', status: 200 },
  }),
  reactivateUser: define({
    summary:
      'Lets a deactivated user back. Their sessions, and tokens that have not expired, work again within a second. Succeeds for an active user, too. For the application only.',
    input: z.object({ userId }),
    result: deactivationView,
    order: 'write',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/users/:userId/reactivate', status: 200 },
  }),
  getDeactivations: define({
    summary:
      'Who is deactivated now, since when, until when and why, by the id of the user, in pages. `after` is the last userId of the page before. For the application only.',
    input: z.object({
      userId: userId.optional().describe('Only this user: empty if they are not deactivated.'),
      after: userId.optional(),
      limit: pageSize(200, 50),
    }),
    result: z.array(deactivationView),
    order: 'read',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/deactivations', status: 200 },
  }),
} as const;
