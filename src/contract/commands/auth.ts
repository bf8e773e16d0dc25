import { z } from 'zod';
import { define } from '../define.js';
import { displayName } from '../names.js';
import { filledText, flag, id, moment, password, text, userName, wholeNumber } from '../scalars.js';
import { accountView, loginView, mintedTokenView, sessionView, tokenLifeView } from '../views/index.js';

const refreshToken = z
  .string()
  .regex(/^[\w-]{1,200}$/, { error: 'expected a refresh token' })
  .describe('Can be used once.');

/** Its first 16 bytes name the session: the same after each refresh, and nothing that can be guessed. */
const bySession = { field: 'refreshToken', characters: 21 };

const accessToken = z
  .string()
  .max(8_192, { error: 'expected at most 8192 characters' })
  .describe('An access token.');

/** None of them keeps its answer for a repeat by key: those are secrets. */
export const authCommands = {
  register: define({
    summary:
      'Creates a user with a password and logs them in. Very common passwords, the username, repetitions and sequences are refused.',
    input: z.object({
      username: userName,
      password,
      name: displayName(200).nullable().optional().describe('The name that others see.'),
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
    summary: 'Logs in with username and password.',
    input: z.object({
      username: text(254),
      password: text(256),
      refreshToken: refreshToken
        .optional()
        .describe(
          'One that this device was given before, spent or expired: failed logins of others then do not delay this one.',
        ),
    }),
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
    summary: 'Exchanges a refresh token for new tokens. A refresh token that is used twice ends its session.',
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
    summary:
      'Ends the session of a refresh token: its access tokens are refused and its sockets closed within a second.',
    input: z.object({
      refreshToken,
      everywhere: flag
        .optional()
        .describe('true: ends all sessions of the user, and their other access tokens as well.'),
    }),
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
    summary: 'The user who is calling.',
    input: z.object({ userId: id.optional() }),
    result: accountView,
    order: 'read',
    who: 'oneself',
    actor: ['userId'],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/auth/me', status: 200 },
  }),
  getLogins: define({
    summary: 'Your last 20 logins, and the last 20 attempts at one with a wrong password; the latest first.',
    input: z.object({}),
    result: z.array(loginView),
    order: 'read',
    who: 'person',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/auth/logins', status: 200 },
  }),
  changePassword: define({
    summary:
      'Changes your password and ends all your sessions: their access tokens are refused and their sockets closed within a second. The result is a new session.',
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
    summary:
      'Creates an access token for a user of your application. If no user has the `externalId`, one is created.',
    input: z
      .object({
        userId: id.optional(),
        externalId: filledText(200).optional(),
        expiresInSeconds: wholeNumber(1, 2_592_000)
          .optional()
          .describe('At most 30 days. Left out: ACCESS_TOKEN_SECONDS.'),
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
  revokeTokens: define({
    summary:
      'Ends everything that a user is logged in with: access tokens, whoever issued them, sessions, sockets. Within a second no node accepts them.',
    input: z.object({
      id,
      before: moment
        .optional()
        .describe(
          'Only what was issued before this time, by the clock of the issuer and in whole seconds. Left out: all, up to now.',
        ),
    }),
    result: z.object({ userId: id, revoked: z.literal(true) }),
    order: 'write',
    who: 'application',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/users/:id/tokens/revoke', status: 200 },
  }),
  authenticate: define({
    summary: 'Gives this socket a new token of the same user, before the present one expires.',
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
