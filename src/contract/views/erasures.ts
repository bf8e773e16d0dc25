import { z } from 'zod';
import { count, id, timestamp } from './fields.js';

export const erasedMessages = z.enum(['erase', 'keep']);

/** What an erasure has done so far. */
const erasedCounts = z.object({
  messages: count.describe('Their messages that were emptied, as deleted messages are.'),
  kept: count.describe('Their messages that stay, without a name.'),
  reactions: count.describe('Messages from which their reactions were removed.'),
  mentions: count.describe('Messages in which they are no longer mentioned.'),
  notes: count.describe('Messages of the server about changes of groups that no longer name them.'),
  groups: count.describe('Groups that they are no longer a member of.'),
  directChats: count.describe('Direct chats to which nobody can send any more.'),
  rows: count.describe(
    'Other rows about them: blocks, invitations, reports, hidden messages, idempotency keys.',
  ),
});
export type ErasedCounts = z.infer<typeof erasedCounts>;

export const erasureView = z
  .object({
    id,
    userId: id,
    messages: erasedMessages.describe('What happens to their messages.'),
    status: z.enum(['running', 'done']),
    step: z
      .string()
      .nullable()
      .describe(
        'The step under way: messages, reactions, mentions, notes, chats, rows; null when all is done.',
      ),
    counts: erasedCounts.describe('What was done so far; at the end, all of it.'),
    requestedAt: timestamp,
    doneAt: timestamp.nullable(),
  })
  .meta({ id: 'Erasure' });
export type ErasureView = z.infer<typeof erasureView>;
