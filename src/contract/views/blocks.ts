import { z } from 'zod';
import { id, timestamp } from './fields.js';

export const blockView = z
  .object({
    userId: id.describe('The user who is or is not blocked.'),
    blocked: z.boolean(),
    blockedAt: timestamp.nullable().describe('Since when; null if not blocked.'),
  })
  .meta({ id: 'Block' });
export type BlockView = z.infer<typeof blockView>;
