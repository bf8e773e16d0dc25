import { z } from 'zod';
import { id, json, timestamp } from './fields.js';

export const userView = z
  .object({
    id,
    externalId: z
      .string()
      .nullable()
      .describe('The id of this user in your own application. null in views that others get.'),
    name: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    metadata: json.describe('Others get no more of it than `public`, and `public` of `app`.'),
    lastSeenAt: timestamp.nullable(),
    createdAt: timestamp,
    deactivated: z
      .boolean()
      .describe(
        'true: the application has deactivated them. They can do nothing, and nobody can write to them.',
      ),
  })
  .meta({ id: 'User' });
export type UserView = z.infer<typeof userView>;
