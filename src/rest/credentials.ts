import type { IncomingMessage } from 'node:http';
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
