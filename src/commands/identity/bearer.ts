const BEARER = /^Bearer +(\S+) *$/i;

/** The token of an Authorization header; null when it has none. */
export function bearerOf(header: string | undefined): string | null {
  return BEARER.exec(header ?? '')?.[1] ?? null;
}

/** A token as it was handed over, with `Bearer ` before it or without. */
export const plainToken = (text: string): string => bearerOf(text) ?? text;
