import type { IncomingMessage, ServerResponse } from 'node:http';
import { isOwnPage } from '../common/http/own-page.js';
import { AppError } from '../contract/index.js';

/** The cookie in which a browser keeps a refresh token, out of reach of scripts. */
export const REFRESH_COOKIE = 'chat_refresh';

const VALUE = new RegExp(`(?:^|;) *${REFRESH_COOKIE}=([\\w-]{1,200})(?:;|$)`);

/** The refresh token in a request's cookie; null: none. */
export function refreshCookieOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  return VALUE.exec(headers.cookie ?? '')?.[1] ?? null;
}

/**
 * Browsers send cookies whoever has written the page, so only pages of the server itself may use this one. SameSite
 * keeps it from other sites, but not from other ports and names of the same site.
 *
 * @throws AppError FORBIDDEN
 */
export function requireOwnPage(request: IncomingMessage): void {
  if (isOwnPage(request)) return;
  throw new AppError('FORBIDDEN', {
    message:
      'The cookie of a login is for pages of this server: its own, or those of a proxy at the same host and port. Others keep the refresh token themselves.',
  });
}

/** Lets a browser keep a refresh token until it expires; null: it forgets the one that it has. */
export function setRefreshCookie(
  response: ServerResponse,
  kept: { token: string; until: string } | null,
  { overTls }: { overTls: boolean },
): void {
  const seconds = kept === null ? 0 : Math.max(0, Math.floor((Date.parse(kept.until) - Date.now()) / 1_000));
  const attributes = ['HttpOnly', 'SameSite=Strict', 'Path=/auth', `Max-Age=${seconds}`];
  if (overTls) attributes.push('Secure');
  response.appendHeader('Set-Cookie', [`${REFRESH_COOKIE}=${kept?.token ?? ''}`, ...attributes].join('; '));
}
