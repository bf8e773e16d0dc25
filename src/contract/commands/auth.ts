import { z } from 'zod';
import { define } from '../define.js';
import { displayName } from '../names.js';
import { externalId, flag, id, moment, password, text, userId, userName, wholeNumber } from '../scalars.js';
import {
  accountView,
  loginView,
  mintedTokenView,
  sessionView,
  tokenLifeView,
  userSessionView,
} from '../views/index.js';

const refreshToken = z
  .string()
  .regex(/^[\w-]{1,200}$/, { error: 'expected a refresh token' })
  .describe('Can be used once, and once more within 30 s.');

/** Its first 16 bytes name the session: the same after each refresh, and nothing that can be guessed. */
const bySession = { field: 'refreshToken', characters: 21 };

const accessToken = z
  .string()
  .max(8_192, { error: 'expected at most 8192 characters' })
  .describe('An access token.');

/** Over REST the cookie of a login stands for it. */
const fromCookie = 'refreshToken';

const cookie = flag
  .optional()
  .describe(
    'true: the answer sets the refresh token as a cookie that no script can read, for pages of this server, and `refreshToken` is empty in it.',
  );

/** None of them keeps its answer for a repeat by key: those are secrets. */
export const authCommands = {
  register: define({
    summary:
      'Creates a user with a password and logs them in. Very common passwords, the username, repetitions and sequences are refused.',
    input: z.object({
      username: userName,
      password,
      name: displayName(200).nullable().optional().describe('The name that others see.'),
      cookie,
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
    misleading: {
      avatarUrl: 'expected no `avatarUrl`: updateUser sets it',
      externalId: 'expected no `externalId`: only users whom the application creates have one',
    },
  }),
  login: define({
    summary: 'Logs in with username and password.',
    input: z.object({
      username: text(254),
      password: text(256),
      refreshToken: refreshToken
        .optional()
        .describe(
          'One that this device got before, even if it is used or expired: then failed logins from other networks do not delay this one.',
        ),
      cookie,
    }),
    result: sessionView,
    order: 'write',
    cookie: fromCookie,
    limit: 'login',
    who: 'anyone',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/auth/login', status: 200 },
  }),
  refresh: define({
    summary:
      'Exchanges a refresh token for new tokens. For 30 s after that the same refresh token gives the same new one again; used later it ends its session.',
    input: z.object({ refreshToken }),
    result: sessionView,
    order: 'write',
    cookie: fromCookie,
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
    cookie: fromCookie,
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
    input: z.object({ userId: userId.optional() }),
    result: accountView,
    order: 'read',
    who: 'oneself',
    actor: ['userId'],
    reply: 'me',
    socket: true,
    rest: { method: 'GET', path: '/auth/me', status: 200 },
  }),
  getLogins: define({
    summary: 'Your last 20 logins, and the last 20 attempts with a wrong password; the latest first.',
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
      'Creates an access token for a user, for your backend to hand to its app. If no user has the `externalId`, one is created.',
    input: z
      .object({
        userId: userId.optional(),
        externalId: externalId.optional(),
        expiresInSeconds: wholeNumber(1, 2_592_000)
          .optional()
          .describe('At most 30 days. Left out: ACCESS_TOKEN_SECONDS.'),
      })
      .refine((user) => (user.userId === undefined) !== (user.externalId === undefined), {
        error: 'expected either userId or externalId',
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
      'Logs a user out everywhere: ends their access tokens (also those of another issuer), sessions and sockets. Within a second no node accepts the tokens.',
    input: z.object({
      id: userId,
      before: moment
        .optional()
        .describe(
          'Ends only what was issued before this time, by the clock of the issuer and in whole seconds. Default: now.',
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
  revokeSessions: define({
    summary:
      'Ends all sessions of a user and their sockets, and refuses every token that was issued before, also by another issuer. A token of the same second is refused as well, and one that does not say when it was issued. Within a second that holds on every node. The user can log in again at once.',
    input: z.object({ userId }),
    result: z.object({ userId: id, revoked: z.literal(true) }),
    order: 'write',
    who: 'application',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'POST', path: '/users/:userId/sessions/revoke', status: 200 },
  }),
  getSessions: define({
    summary:
      'The sessions of a user that have not ended, at most 100, the one refreshed last first. Each login is one. NOT_CONFIGURED where tokens come from another issuer. For the application only.',
    input: z.object({ userId }),
    result: z.array(userSessionView),
    order: 'read',
    who: 'application',
    inOpenMode: 'off',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/users/:userId/sessions', status: 200 },
  }),
  authenticate: define({
    summary: 'Gives this socket a new token of the same user, before the current one expires.',
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
