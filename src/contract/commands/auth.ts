import { z } from 'zod';
import { define } from '../define.js';
import { filledText, id, password, text, userName } from '../scalars.js';
import { accountView, mintedTokenView, sessionView, tokenLifeView } from '../views.js';

const refreshToken = z
  .string()
  .regex(/^[\w-]{1,200}$/, { error: 'expected a refresh token' })
  .describe('Good once.');

/** Its first 16 bytes name the session: the same after each refresh, and nothing that can be guessed. */
const bySession = { field: 'refreshToken', characters: 21 };

const accessToken = z
  .string()
  .max(8_192, { error: 'expected at most 8192 characters' })
  .describe('An access token.');

/** None of them keeps its answer for a repeat by key: those are secrets. */
export const authCommands = {
  register: define({
    summary: 'Makes a user with a password, and logs them in.',
    input: z.object({
      username: userName,
      password,
      name: filledText(200).nullable().optional().describe('What others see.'),
    }),
    result: sessionView,
    order: 'write',
    limit: 'login',
    who: 'anyone',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/auth/register', status: 201 },
  }),
  login: define({
    summary: 'Begins a session by name and password.',
    input: z.object({ username: text(254), password: text(256) }),
    result: sessionView,
    order: 'write',
    limit: 'login',
    who: 'anyone',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/auth/login', status: 200 },
  }),
  refresh: define({
    summary: 'New tokens for a refresh token, which is spent by it. Used twice it ends its session.',
    input: z.object({ refreshToken }),
    result: sessionView,
    order: 'write',
    countedBy: bySession,
    who: 'anyone',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/auth/refresh', status: 200 },
  }),
  logout: define({
    summary: 'Ends the session of a refresh token. Its access token is good until it expires.',
    input: z.object({ refreshToken }),
    result: z.object({ loggedOut: z.literal(true) }),
    order: 'write',
    countedBy: bySession,
    who: 'anyone',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/auth/logout', status: 200 },
  }),
  getMe: define({
    summary: 'Who asks.',
    input: z.object({ userId: id.optional() }),
    result: accountView,
    order: 'read',
    who: 'oneself',
    actor: ['userId'],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/auth/me', status: 200 },
  }),
  changePassword: define({
    summary: 'Changes the own password and ends all sessions; the answer is a new one.',
    input: z.object({ currentPassword: password, newPassword: password }),
    result: sessionView,
    order: 'write',
    limit: 'login',
    who: 'person',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/auth/password', status: 200 },
  }),
  mintToken: define({
    summary: 'An access token for a user of your application; by `externalId` the user is made if need be.',
    input: z
      .object({
        userId: id.optional(),
        externalId: filledText(200).optional(),
        expiresInSeconds: z
          .number()
          .int()
          .min(1)
          .max(2_592_000)
          .optional()
          .describe('At most 30 days; left out, ACCESS_TOKEN_SECONDS.'),
      })
      .refine((user) => (user.userId === undefined) !== (user.externalId === undefined), {
        error: 'expected one of userId and externalId',
      }),
    result: mintedTokenView,
    order: 'write',
    who: 'application',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/auth/tokens', status: 201 },
  }),
  authenticate: define({
    summary: 'Renews the token of this socket, for the same person, before the one it has expires.',
    input: z.object({ token: accessToken }),
    result: tokenLifeView,
    order: 'write',
    who: 'person',
    inOpenMode: 'off',
    bare: 'token',
    actor: [],
    reply: null,
    socket: true,
    rest: null,
  }),
} as const;
