import { ChatError, type User } from '@chat-api/client';
import { headersOfTab } from './session';

/** Calls REST as `@chat-api/client` does commands: as nobody, as a user in open mode, or with headers. @throws ChatError */
export async function rest<T>(
  method: string,
  path: string,
  body?: unknown,
  as?: number | Record<string, string>,
): Promise<T> {
  const who = typeof as === 'number' ? { 'x-user-id': String(as) } : as;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...who },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ChatError({ code: 'OFFLINE' }, path);
  }
  const answer = (await response.json().catch(() => null)) as unknown;
  if (response.ok) return answer as T;
  const { error } = (answer ?? {}) as { error?: { code: string } };
  throw new ChatError(error ?? (answer as { code: string } | null) ?? { code: 'UNAVAILABLE' }, path);
}

export const people = () => rest<User[]>('GET', '/users?limit=100');

/** As who this tab is: for what has no command of the socket. @throws ChatError */
export async function restAsTab<T>(method: string, path: string, body?: unknown): Promise<T> {
  return rest<T>(method, path, body, await headersOfTab());
}
