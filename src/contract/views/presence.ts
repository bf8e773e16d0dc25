import { z } from 'zod';
import { id, timestamp } from './fields.js';

export const presenceView = z
  .object({
    userId: id,
    online: z.boolean(),
    lastSeenAt: timestamp.nullable().describe('When the user was last online; null if never.'),
  })
  .meta({ id: 'Presence' });
export type PresenceView = z.infer<typeof presenceView>;

export const visibilityView = z
  .object({ userId: id, visible: z.boolean().describe('Whether others see that this user is online.') })
  .meta({ id: 'Visibility' });
export type VisibilityView = z.infer<typeof visibilityView>;

export const activeView = z
  .object({
    userId: id,
    active: z.boolean().describe('Whether this device counts as used right now; for 2 minutes.'),
  })
  .meta({ id: 'Active' });
export type ActiveView = z.infer<typeof activeView>;
