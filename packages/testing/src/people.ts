import type { Rest } from './rest.js';
import type { Chat, User } from '@chat-api/client';

/** A user of the server, and what a client needs to connect as this user. */
export interface Person {
  readonly id: number;
  readonly name: string;
  /** The access token with `auth: 'jwt'`, else null. */
  readonly token: string | null;
  /** Where to connect, by Socket.IO and REST: the proxy that makes the faults. */
  readonly url: string;
  /** `auth` of a Socket.IO client. */
  readonly auth: { token: string } | { userId: number };
}

/** The people by their names, and the direct chat of the first two of them. */
export type People<Names extends readonly string[]> = { readonly [Name in Names[number]]: Person } & {
  readonly chat: Names extends readonly [string, string, ...string[]] ? Chat : null;
};

interface Backend {
  rest: Rest;
  url: string;
  jwt: boolean;
}

/** People of different calls may have the same name. */
let made = 0;

/** The server gives out ids in the order of these, so that the first name has the lowest. */
const externalId = () => `test-${process.pid}-${Date.now()}-${String(++made).padStart(9, '0')}`;

export async function makePeople(names: readonly string[], backend: Backend): Promise<Person[]> {
  if (names.length === 0) return [];
  const users = await backend.rest<User[]>('PUT', '/users', {
    users: names.map((name) => ({ externalId: externalId(), name })),
  });
  return Promise.all(
    users.map(async ({ id }, place): Promise<Person> => {
      const token = backend.jwt ? await makeToken(id, backend.rest) : null;
      const auth = token === null ? { userId: id } : { token };
      return { id, name: names[place]!, token, url: backend.url, auth };
    }),
  );
}

/** @param seconds for how long it is valid; left out: ACCESS_TOKEN_SECONDS of the server */
export async function makeToken(userId: number, rest: Rest, seconds?: number): Promise<string> {
  const input = seconds === undefined ? { userId } : { userId, expiresInSeconds: seconds };
  const { accessToken } = await rest<{ accessToken: string }>('POST', '/auth/tokens', input);
  return accessToken;
}
