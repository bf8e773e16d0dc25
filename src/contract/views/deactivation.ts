import { z } from 'zod';
import { id, ownIdOf, timestamp } from './fields.js';

export const deactivationView = z
  .object({
    userId: id,
    externalId: ownIdOf('the user'),
    deactivated: z.boolean(),
    at: timestamp.nullable().describe('Since when; null: they are not deactivated.'),
    until: timestamp.nullable().describe('When it ends by itself; null: the application ends it.'),
    reason: z.string().nullable().describe('What the application said. The user gets it, others do not.'),
  })
  .meta({ id: 'Deactivation' });
export type DeactivationView = z.infer<typeof deactivationView>;
