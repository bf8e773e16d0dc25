/** Every command and request is answered within this many milliseconds of its arrival, UNAVAILABLE at worst. */
export const ANSWER_WITHIN_MS = 4_000;
