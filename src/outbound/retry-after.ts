/** Longest `Retry-After` that is obeyed. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * How long another server wants to be left alone, in milliseconds: from the seconds or the date of its `Retry-After`, at most
 * an hour. 0: it does not say.
 */
export function retryAfterOf(text: string | readonly string[] | undefined): number {
  if (typeof text !== 'string') return 0;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) : 0;
}
