/** Of all texts of 10,000 characters the one with the most bytes as JSON: six for each but the first, which shows. */
export const LONGEST_AS_JSON = `.${'\u0001'.repeat(9_999)}`;
