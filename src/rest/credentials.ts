import type { IncomingMessage } from 'node:http';
import type { Credentials } from '../commands/identity/principal.js';

const BEARER = /^Bearer +(\S+) *$/i;

/** The credentials of a request. An Authorization header that is not a bearer token is ignored. */
export function credentialsOf({ headers }: IncomingMessage): Credentials {
  const bearer = BEARER.exec(headers.authorization ?? '')?.[1];
  const apiKey = headers['x-api-key'];
  return { bearer: bearer ?? null, apiKey: typeof apiKey === 'string' ? apiKey : null };
}

/** Whether a request has no credentials at all, valid or not. */
export function isWithoutCredentials(request: IncomingMessage): boolean {
  const { bearer, apiKey } = credentialsOf(request);
  return bearer === null && apiKey === null;
}
