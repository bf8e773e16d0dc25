import { z } from 'zod';
import { accountView } from './auth.js';
import { count, timestamp } from './fields.js';

/**
 * The number of this protocol. It rises when clients get something that they may need; a server with a higher number
 * understands everything that one with a lower number does.
 */
export const PROTOCOL = 1;

/** What a server may have beyond the commands that every server has. Clients ignore names that they do not know. */
export const FEATURES = {
  directDeleteForMe: '`deleteChat` of a direct chat deletes it only for the one who asks',
  accounts: 'people log in here with a password (`POST /auth/login`)',
  refreshCookie: '`cookie: true` at a login keeps the refresh token in a cookie',
  registration: 'anybody may register (`POST /auth/register`)',
} as const;

export type Feature = keyof typeof FEATURES;

const rate = z
  .object({
    most: count.describe('So many may be used at once.'),
    withinMs: count.describe('Milliseconds over which they come back evenly.'),
  })
  .meta({ id: 'Rate' });

export const serverLimits = z
  .object({
    contentLength: count.describe('Longest `content` of a message, in UTF-16 code units.'),
    metadata: z
      .object({ bytes: count, depth: count, keys: count })
      .describe('Most bytes of JSON, levels, and keys and elements of `metadata`.'),
    payloadBytes: count.describe('Most bytes of a frame or a body.'),
    members: count.describe('Most members of a group.'),
    mentions: count.describe('Most people that a message mentions.'),
    receiptsPushedUpTo: count.describe(
      'RECEIPTS_PUSHED_UP_TO: in larger groups members are not told who has received and seen what; they ask.',
    ),
    pageSizes: z
      .record(z.string(), count)
      .describe('The largest `limit` of each command that answers in pages, by the name of the command.'),
    rates: z
      .object({ message: rate, typing: rate, createChat: rate, other: rate })
      .nullable()
      .describe(
        'What a user may do: messages sent, `typing`, chats opened, all other commands. null: as much as they like.',
      ),
  })
  .meta({ id: 'ServerLimits' });
export type ServerLimits = z.infer<typeof serverLimits>;

const server = z.object({
  version: z.string().describe('Of the program.'),
  protocol: count.describe('The number of the protocol. A higher one understands what lower ones do.'),
  auth: z.enum(['open', 'jwt']).describe('How users prove who they are; `open`: not at all.'),
  features: z.array(z.string()).describe(
    `What this server has that not every server has: ${Object.entries(FEATURES)
      .map(([name, what]) => `\`${name}\`, ${what}`)
      .join('; ')}.`,
  ),
  limits: serverLimits,
});

export const serverConfigView = z
  .object({
    name: z.string().describe('SERVER_NAME.'),
    ...server.shape,
    accounts: z.boolean().describe('Whether people log in here with a password.'),
    registration: z.boolean().describe('Whether anybody may register.'),
    socket: z
      .object({
        url: z
          .string()
          .nullable()
          .describe('Where Socket.IO is reached; null: at the origin that this was read from.'),
        path: z.string(),
      })
      .describe('Where Socket.IO is.'),
    imageOrigins: z
      .array(z.string())
      .describe('Origins whose images clients may show, such as avatars; of others they show none.'),
    pages: z
      .array(z.string())
      .describe('Paths of the pages that this server has, such as `/` (the chat) and `/console`.'),
  })
  .meta({ id: 'ServerConfig' });
export type ServerConfigView = z.infer<typeof serverConfigView>;

export const readyView = z
  .object({
    user: accountView.describe('The user whose socket this is.'),
    now: timestamp.describe('The time at the server.'),
    ...server.shape,
    connectionId: z.string().describe('The id of this socket.'),
  })
  .meta({ id: 'Ready' });
export type ReadyView = z.infer<typeof readyView>;
