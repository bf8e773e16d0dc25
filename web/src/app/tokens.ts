import { type Auth, ChatError, withTokens } from '@chat-api/client';

// In a chunk of its own: not each server takes tokens of another service.

/** Whom such a token is of, as it says: the server checks it. A token that does not say it is somebody by itself. */
export function subjectOf(token: string): string {
  try {
    const said = atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'));
    const { sub } = JSON.parse(said) as { sub?: unknown };
    return typeof sub === 'string' ? sub : token;
  } catch {
    return token;
  }
}

/** Somebody with a token that is not renewed. */
export function authOf(token: string): Auth {
  return withTokens(
    ({ reason }) => {
      // There is nobody to ask for another one but the person.
      if (reason === 'start') return token;
      throw new ChatError({ code: 'TOKEN_EXPIRED' });
    },
    // Each tab may be somebody else.
    { name: subjectOf(token) },
  );
}
