import { z } from 'zod';
import { define, repeatable } from '../define.js';
import { displayName, url } from '../names.js';
import { externalId, filledText, id, idsInQueryOrList, metadata, pageSize, userId } from '../scalars.js';
import { userView } from '../views/index.js';

/** Most users of one upsert. */
const MAX_UPSERTED = 500;

/** Most users that are asked for by id at once. */
const MAX_ASKED = 200;

/** What a user shows of themselves. */
const userFields = z.object({
  ...repeatable,
  name: displayName(200).nullable().optional(),
  avatarUrl: url.nullable().optional(),
  metadata: metadata
    .optional()
    .describe(
      'Data of your application. Other users see only `public` and `app.public` of it. Only the application can change `app`; it stays when users replace the rest.',
    ),
});

const ACCOUNTS = 'expected nothing of accounts: register and changePassword set it';

export const usersCommands = {
  getUsers: define({
    summary:
      'Users by `ids`, in the same order; without `ids` all whom you find, sorted by id, in pages. DIRECTORY says whom a person finds; others are left out, as if they did not exist. The application finds all.',
    input: z.object({
      ids: idsInQueryOrList(MAX_ASKED, userId).optional(),
      after: id.optional(),
      limit: pageSize(100, 50),
      userId: userId.optional(),
    }),
    result: z.array(userView),
    order: 'read',
    misleading: { q: 'expected no `q`: searchUsers, GET /users/search?q=, finds users by their name' },
    cost: { of: ['ids', 'limit'], per: 25 },
    actor: ['userId'],
    reply: 'usersList',
    socket: true,
    rest: { method: 'GET', path: '/users', status: 200 },
  }),
  getUser: define({
    summary: 'A user by id. NOT_FOUND also for somebody whom you do not find (DIRECTORY).',
    input: z.object({ id: userId }),
    result: userView,
    order: 'read',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/users/:id', status: 200 },
  }),
  searchUsers: define({
    summary:
      'Users of whose name each word of `q` begins a word; case and accents do not matter. Only those whom you find (DIRECTORY). At most ten words count, and forty characters of each; of two words that both begin the names of more than 1,000 users, some users may be missed.',
    input: z.object({ q: filledText(200), limit: pageSize(50, 20), userId: userId.optional() }),
    result: z.array(userView),
    order: 'read',
    cost: { base: 5, of: 'limit', per: 20 },
    bare: 'q',
    actor: ['userId'],
    reply: 'usersList',
    socket: true,
    rest: { method: 'GET', path: '/users/search', status: 200 },
  }),
  createUser: define({
    summary: 'Creates a user.',
    input: userFields.extend({ externalId: externalId.nullable().optional() }),
    result: userView,
    order: 'write',
    who: 'application',
    inOpenMode: 'known',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/users', status: 201 },
    misleading: {
      id: 'expected no `id`: the server gives it, and `externalId` is yours',
      username: ACCOUNTS,
      password: ACCOUNTS,
    },
  }),
  upsertUsers: define({
    summary:
      'Creates or updates users by `externalId`, the id that they have in your system. Fields that are left out stay unchanged. The result has the same order.',
    input: z.object({
      ...repeatable,
      users: z
        .array(userFields.omit({ clientId: true }).extend({ externalId }))
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
    input: userFields.extend({ id: userId }),
    result: userView,
    order: 'write',
    cost: { base: 5 },
    who: 'oneself',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'PATCH', path: '/users/:id', status: 200 },
    misleading: {
      externalId: 'expected no `externalId`: it stays as it was given',
      username: ACCOUNTS,
      password: ACCOUNTS,
      visible: 'expected no `visible`: setVisibility says whether others see you online',
      groupAdds: 'expected no `groupAdds`: setGroupAdds says who may add you to groups',
    },
  }),
} as const;
