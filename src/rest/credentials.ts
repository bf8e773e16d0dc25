import type { IncomingMessage } from 'node:http';
import { AppError, expectedId, externalIn, userId } from '../contract/index.js';
import { bearerOf } from '../commands/identity/bearer.js';
import type { Credentials } from '../commands/identity/principal.js';

/** The credentials of a request. An Authorization header that is not a bearer token is ignored. */
export function credentialsOf({ headers }: IncomingMessage): Credentials {
  const apiKey = headers['x-api-key'];
  return { bearer: bearerOf(headers.authorization), apiKey: typeof apiKey === 'string' ? apiKey : null };
}

/** Whether a request has no credentials at all, valid or not. */
export function isWithoutCredentials(request: IncomingMessage): boolean {
  const { bearer, apiKey } = credentialsOf(request);
  return bearer === null && apiKey === null;
}

/**
 * The user that the header X-User-Id names: their id, or `external:<externalId>` with the externalId URL-encoded, as
 * headers take ASCII only; null: nobody.
 *
 * @throws AppError VALIDATION_FAILED
 */
export function userOf({ headers }: IncomingMessage): number | string | null {
  const header = headers['x-user-id'];
  if (header === undefined) return null;
  const parsed = userId.safeParse(externalIn(header) === null ? header : decoded(String(header)));
  if (parsed.success) return parsed.data;
  throw new AppError('VALIDATION_FAILED', { details: [{ path: 'X-User-Id', message: expectedId('user') }] });
}

function decoded(header: string): string | null {
  try {
    return decodeURIComponent(header);
  } catch {
    return null;
  }
}
