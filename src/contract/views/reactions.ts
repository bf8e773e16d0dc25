import { z } from 'zod';
import { count, id, unchanged } from './fields.js';

export const reactionView = z
  .object({
    emoji: z.string(),
    count,
    userIds: z.array(id).describe('The first 20 users with this reaction.'),
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
    reactions: z.array(reactionView),
  })
  .meta({ id: 'ReactionsChanged' });
export type ReactionsChangedView = z.infer<typeof reactionsChangedView>;
