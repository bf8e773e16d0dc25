/** Time bounds that several features share. All are milliseconds. */

/** Every command and request is answered within this time of its arrival, UNAVAILABLE at worst. */
export const ANSWER_WITHIN_MS = 4_000;

/** What `retryAfterMs` says at most, 24.8 days: beyond that a timer of JavaScript fires at once. */
export const LONGEST_RETRY_AFTER_MS = 2 ** 31 - 1;

/**
 * Minimum time between the starts of two statements for users who come online. The first starts at once; when hundreds
 * come, each statement serves all who came meanwhile.
 */
export const ARRIVALS_EVERY_MS = 20;
