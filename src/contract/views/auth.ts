import { z } from 'zod';
import { id, ownIdOf, timestamp } from './fields.js';
import { userView } from './users.js';

export const accountView = userView
  .extend({
    username: z.string().nullable().describe('The name to log in with; null for a user without a password.'),
  })
  .meta({ id: 'Account' });
export type AccountView = z.infer<typeof accountView>;

const accessToken = z.string().describe('Send it as `Authorization: Bearer …`, on sockets as `auth.token`.');

export const sessionView = z
  .object({
    user: accountView,
    accessToken,
    expiresAt: timestamp.describe('When the access token expires.'),
    refreshToken: z
      .string()
      .describe('For `POST /auth/refresh`, which gives the next one. Empty when a cookie has it.'),
    refreshExpiresAt: timestamp,
  })
  .meta({ id: 'Session' });
export type SessionView = z.infer<typeof sessionView>;

export const userSessionView = z
  .object({
    begunAt: timestamp.describe('When they logged in.'),
    refreshedAt: timestamp.describe(
      'When it was last refreshed: at the login, and then whenever a device gets a new token.',
    ),
    expiresAt: timestamp.describe('When it ends if nobody refreshes it.'),
  })
  .meta({ id: 'UserSession' });
export type UserSessionView = z.infer<typeof userSessionView>;

export const loginView = z
  .object({
    at: timestamp,
    ok: z.boolean().describe('false: the password was wrong.'),
    network: z
      .string()
      .describe(
        'Where it came from: the /24 network of an IPv4 address, the /64 network of an IPv6 address.',
      ),
    userAgent: z.string().nullable().describe('The User-Agent header of the client, at most 200 characters.'),
  })
  .meta({ id: 'Login' });
export type LoginView = z.infer<typeof loginView>;

export const mintedTokenView = z
  .object({ userId: id, externalId: ownIdOf('the user'), accessToken, expiresAt: timestamp })
  .meta({ id: 'MintedToken' });
export type MintedTokenView = z.infer<typeof mintedTokenView>;

export const tokenLifeView = z
  .object({ userId: id, expiresAt: timestamp.describe('When the token expires and the socket is closed.') })
  .meta({ id: 'TokenLife' });
export type TokenLifeView = z.infer<typeof tokenLifeView>;
