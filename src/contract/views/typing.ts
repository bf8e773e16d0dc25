import { z } from 'zod';
import { count, id } from './fields.js';

export const typingView = z
  .object({
    chatId: id,
    userId: id,
    typing: z.boolean(),
    expiresInMs: count.describe(
      'If no further event arrives within this time (milliseconds), the member has stopped typing. 0: has stopped now.',
    ),
  })
  .meta({ id: 'Typing' });
export type TypingView = z.infer<typeof typingView>;
