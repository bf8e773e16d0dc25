import { z } from 'zod';
import { define } from '../define.js';
import { id, moment, pageSize } from '../scalars.js';
import { auditAction, auditEntryView } from '../views/index.js';

export const auditCommands = {
  getAudit: define({
    summary:
      'What the application and admins have done to people and chats, the latest first, in pages: `before` is the last id of the page before. Kept for AUDIT_DAYS. For the application only.',
    input: z.object({
      userId: id.optional().describe('Only what was done to this user.'),
      actorId: id.optional().describe('Only what this user has done.'),
      chatId: id.optional().describe('Only what was done in this chat.'),
      action: auditAction.optional(),
      since: moment.optional().describe('Only what was done at this time or later.'),
      until: moment.optional().describe('Only what was done before this time.'),
      before: id.optional(),
      limit: pageSize(200, 50),
    }),
    result: z.array(auditEntryView),
    order: 'read',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/audit', status: 200 },
  }),
} as const;
