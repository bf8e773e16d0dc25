/** How far a wait may differ from what is configured: receivers that were down are not all tried at once. */
const SPREAD = 0.2;

/** Milliseconds before the next try of something that has failed so many times before; the last wait is repeated. */
export function waitAfter(failures: number, waits: readonly number[], retryAfterMs: number): number {
  const step = waits[Math.min(failures, waits.length - 1)] ?? 0;
  return Math.max(Math.round(step * (1 + SPREAD * (2 * Math.random() - 1))), retryAfterMs);
}
