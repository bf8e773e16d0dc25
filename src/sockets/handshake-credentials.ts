import type { Socket } from 'socket.io';
import { bearerOf, plainToken } from '../commands/identity/bearer.js';
import { AppError, expectedId, userId } from '../contract/index.js';

type Handshake = Socket['handshake'];

const WHERE =
  'Authentication required: send an access token as `auth: { token }` of the handshake, or in its header `Authorization: Bearer …`.';

const NOT_IN_THE_URL = `${WHERE} A token in the URL is not read, because URLs are logged.`;

/** Names under which clients put a token into the query. */
const IN_QUERY = ['token', 'access_token', 'accessToken', 'jwt', 'authorization', 'Authorization'];

/** A field of the handshake's `auth`; undefined without one, and for null. */
function fieldOf({ auth }: Handshake, field: 'token' | 'userId'): unknown {
  return Object.hasOwn(auth, field) ? ((auth as Record<string, unknown>)[field] ?? undefined) : undefined;
}

/**
 * The access token of a handshake: `auth.token`, with `Bearer ` before it or without, or else that of the header
 * Authorization, which browsers cannot set.
 *
 * @throws AppError UNAUTHENTICATED, which says where a token belongs.
 */
export function tokenAt(handshake: Handshake): string {
  const given = fieldOf(handshake, 'token');
  const token = typeof given === 'string' ? plainToken(given) : null;
  const found = given === undefined || given === '' ? bearerOf(handshake.headers.authorization) : token;
  if (found) return found;
  const inUrl = IN_QUERY.some((name) => handshake.query[name] !== undefined);
  throw new AppError('UNAUTHENTICATED', { message: inUrl ? NOT_IN_THE_URL : WHERE });
}

/** Whether a handshake names a user, valid or not. */
export const namesUser = (handshake: Handshake): boolean => fieldOf(handshake, 'userId') !== undefined;

/**
 * The user that a handshake names by `auth.userId`, by an id or as `external:<externalId>`; null: it names none.
 *
 * @throws AppError VALIDATION_FAILED
 */
export function userNamedAt(handshake: Handshake): number | string | null {
  const given = fieldOf(handshake, 'userId');
  if (given === undefined) return null;
  const parsed = userId.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new AppError('VALIDATION_FAILED', {
    message:
      'Invalid user id in the handshake: send `auth: { userId }` with a whole number or `external:` and an externalId, or no userId, and `userOnline` later.',
    details: [{ path: 'auth.userId', message: expectedId('user') }],
  });
}
