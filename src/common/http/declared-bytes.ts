import type { IncomingMessage } from 'node:http';

/** Maximum bytes of one body or frame: the longest message with every character escaped, and its envelope. */
export const MAX_BODY_BYTES = 128 * 1024;

/** The bytes of a request's body as its headers announce them. Chunks announce nothing: they count as the maximum. */
export function declaredBytes({ headers }: IncomingMessage): number {
  if (headers['transfer-encoding'] !== undefined) return MAX_BODY_BYTES;
  const length = Number(headers['content-length'] ?? 0);
  return Number.isFinite(length) ? length : 0;
}
