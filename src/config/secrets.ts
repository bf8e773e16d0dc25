/** Fewer bytes are guessed from a captured token in no time: HS256 wants 256 bits (RFC 7518, 3.2). */
const MIN_LENGTH = 32;

/** A random text of that length has more; a word that is repeated has fewer. */
const MIN_DISTINCT = 10;

/** What stands in examples and tutorials, as parts of a secret. */
const COMMON =
  /secret|change.?me|password|passwd|your.?(key|jwt|256)|example|default|replace|insert|todo|qwerty|12345678|abcdefgh/i;

/** Why a secret is too weak to sign with in production, or null. Never repeats it. */
export function weakSecret(secret: string): string | null {
  if (Buffer.byteLength(secret) < MIN_LENGTH) return `expected at least ${MIN_LENGTH} characters`;
  if (COMMON.test(secret)) return 'expected a random text, not one from an example: openssl rand -base64 48';
  if (new Set(secret).size < MIN_DISTINCT) return 'expected a random text: openssl rand -base64 48';
  return null;
}
