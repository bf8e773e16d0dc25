/** Time bounds that several rooms keep. All are milliseconds. */

/** Every command and request is answered within this time of its arrival, UNAVAILABLE at worst. */
export const ANSWER_WITHIN_MS = 4_000;

/**
 * Between the starts of two statements for people who come online. The first goes at once; when they come by the
 * hundred, each statement serves all who came meanwhile.
 */
export const ARRIVALS_EVERY_MS = 20;
