import { z } from 'zod';
import { define, repeatable } from '../define.js';
import { displayName, url } from '../names.js';
import { filledText, id, metadata, pageSize } from '../scalars.js';
import { userView } from '../views/index.js';

/** Most users of one upsert. */
const MAX_UPSERTED = 500;

/** What a user shows of themselves. */
const userFields = z.object({
  ...repeatable,
  name: displayName(200).nullable().optional(),
  avatarUrl: url.nullable().optional(),
  metadata: metadata
    .optional()
    .describe(
      'Data of your application. Only the application can change `app` in it; it stays when users replace the rest.',
    ),
});

export const usersCommands = {
  getUsers: define({
    summary: 'All users, sorted by id, in pages.',
    input: z.object({ after: id.optional(), limit: pageSize(100, 50) }),
    result: z.array(userView),
    order: 'read',
    cost: { of: 'limit', per: 50 },
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/users', status: 200 },
  }),
  getUser: define({
    summary: 'A user by id.',
    input: z.object({ id }),
    result: userView,
    order: 'read',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/users/:id', status: 200 },
  }),
  createUser: define({
    summary: 'Creates a user.',
    input: userFields.extend({ externalId: filledText(200).nullable().optional() }),
    result: userView,
    order: 'write',
    who: 'application',
    inOpenMode: 'known',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/users', status: 201 },
  }),
  upsertUsers: define({
    summary:
      'Creates or updates users by `externalId`, the id that they have in your system. Fields that are left out stay unchanged. The result has the same order.',
    input: z.object({
      ...repeatable,
      users: z
        .array(userFields.omit({ clientId: true }).extend({ externalId: filledText(200) }))
        .min(1, { error: 'expected at least one user' })
        .max(MAX_UPSERTED, { error: `expected at most ${MAX_UPSERTED} users` })
        .refine((users) => new Set(users.map((user) => user.externalId)).size === users.length, {
          error: 'expected each externalId once',
        }),
    }),
    result: z.array(userView),
    order: 'write',
    who: 'application',
    inOpenMode: 'known',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'PUT', path: '/users', status: 200 },
  }),
  updateUser: define({
    summary: 'Changes name, avatar or metadata of a user. Fields that are left out stay unchanged.',
    input: userFields.extend({ id }),
    result: userView,
    order: 'write',
    who: 'oneself',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'PATCH', path: '/users/:id', status: 200 },
  }),
} as const;
