import { z } from 'zod';
import { define } from '../define.js';
import { externalIn, holdsExternals, type SwapExternals } from '../external.js';
import { chatId, itemCount, moment, position, userId } from '../scalars.js';
import { syncedView } from '../views/index.js';

/** Most chats that a client can name in one sync. */
const MAX_NAMED = 5_000;

const isChat = (key: string) => isExternalKey(key) || Number.isSafeInteger(Number(key));

const isExternalKey = (key: string) => chatId.safeParse(key).success && externalIn(key) !== null;

/** With the versions by the ids of the chats. Of a chat that is named twice the lower one counts. */
const byId: SwapExternals = (value, swap) => {
  const named = Object.entries(value as Record<string, number>);
  if (!named.some(([key]) => externalIn(key) !== null)) return value;
  const versions: Record<string, number> = {};
  for (const [key, version] of named) {
    const externalId = externalIn(key);
    const id = externalId === null ? key : String(swap(externalId, 'chat'));
    versions[id] = Math.min(version, versions[id] ?? version);
  }
  return versions;
};

const versions = holdsExternals(
  z
    .record(
      z.string().regex(/^(?:[1-9]\d{0,15}|external:[\s\S]{1,256})$/, { error: 'expected chat ids as keys' }),
      position,
    )
    .refine((named) => Object.keys(named).length <= MAX_NAMED, {
      error: `expected at most ${MAX_NAMED} chats`,
    })
    .refine((named) => Object.keys(named).every(isChat), { error: 'expected chat ids as keys' }),
  byId,
);

export const syncCommands = {
  sync: define({
    summary:
      'Returns everything that changed since the versions that the client has, in pages of limited size.',
    input: z.object({
      userId: userId.optional(),
      versions: versions.default({}).describe('By chat id: the version of the chat that the client has.'),
      since: moment
        .optional()
        .describe(
          '`at` of the last answer. Returns receipts, unread counts, chat settings and messages deleted for yourself since then.',
        ),
      others: z
        .enum(['all', 'changed', 'none'])
        .default('all')
        .describe(
          'Which chats come that `versions` does not name: `all`, as new ones; `changed`, those with a message or a membership newer than `since` (without `since` none); or `none`.',
        ),
      messages: itemCount(100, 30).describe('How many messages come with a chat that is reset.'),
    }),
    result: syncedView,
    order: 'read',
    cost: { base: 5, of: 'versions', per: 100 },
    who: 'person',
    actor: ['userId'],
    reply: 'synced',
    socket: true,
    rest: { method: 'POST', path: '/sync', status: 200 },
  }),
} as const;
