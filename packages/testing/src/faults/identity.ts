import type { IncomingHttpHeaders } from 'node:http';

/** A person, or their user id. */
export type Who = number | { readonly id: number };

export const idOf = (who: Who): number => (typeof who === 'number' ? who : who.id);

/** Whom the `auth` of a handshake names: by `userId`, or by the subject of its token; null: nobody. */
export function namedByAuth(auth: unknown): number | null {
  const { userId, token } = (auth ?? {}) as { userId?: unknown; token?: unknown };
  return asId(userId) ?? (typeof token === 'string' ? subjectOf(token) : null);
}

/** Whom the headers of a request name: `Authorization: Bearer`, or `X-User-Id`; null: nobody. */
export function namedByHeaders(headers: IncomingHttpHeaders): number | null {
  const { authorization, 'x-user-id': userId } = headers;
  return asId(userId) ?? (authorization === undefined ? null : subjectOf(authorization));
}

/** The user whom the server calls the owner of a socket, in its event `ready`. */
export function namedByReady(payload: unknown): number | null {
  return asId((payload as { user?: { id?: unknown } } | null | undefined)?.user?.id);
}

/** Whom the command `userOnline` names: `7`, or `{ userId: 7 }`. */
export function namedByCommand(argument: unknown): number | null {
  return asId(argument) ?? asId((argument as { userId?: unknown } | null | undefined)?.userId);
}

function asId(value: unknown): number | null {
  const id = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** The subject of a token, whose signature only the server checks. With another issuer it is no user id: then null. */
function subjectOf(bearer: string): number | null {
  const [, payload] = bearer.replace(/^Bearer /i, '').split('.');
  if (payload === undefined) return null;
  try {
    const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { sub?: unknown };
    return asId(sub);
  } catch {
    return null;
  }
}
