import { z } from 'zod';
import { count, id, unchanged } from './fields.js';

export const reactionView = z
  .object({
    emoji: z.string(),
    count,
    userIds: z.array(id).describe('The first 20 users with this reaction.'),
    mine: z
      .boolean()
      .optional()
      .describe('Whether it is also yours. In answers to one person; not in events, which go to many.'),
  })
  .meta({ id: 'Reaction' });
export type ReactionView = z.infer<typeof reactionView>;

export const reactionsChangedView = z
  .object({
    messageId: id,
    chatId: id,
    seq: count,
    version: count,
    changed: unchanged.optional(),
    by: id.describe('Whose reaction it is.'),
    emoji: z.string().describe('The reaction, spelled as in `reactions`.'),
    added: z.boolean().describe('true: it was added; false: removed.'),
    reactions: z.array(reactionView),
  })
  .meta({ id: 'ReactionsChanged' });
export type ReactionsChangedView = z.infer<typeof reactionsChangedView>;
