import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Longest piece whose repetition is a weak password: `abcabcabc`. */
const MAX_PIECE = 3;

let common: ReadonlySet<string> | null = null;

/** Read at first use. Lines that begin with `# ` say where the list is from. */
function commonPasswords(): ReadonlySet<string> {
  common ??= new Set(
    readFileSync(join(import.meta.dirname, 'common-passwords.txt'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('# ') && line !== '#'),
  );
  return common;
}

/**
 * What is wrong with a new password, as a client is told; null: nothing. Guessing begins with the most common passwords
 * and with what is known of the person.
 */
export function weaknessOf(password: string, username: string): string | null {
  const plain = password.normalize('NFKC').toLowerCase();
  const name = username.toLowerCase();
  if ([name, name.split('@')[0], [...name].reverse().join('')].includes(plain)) {
    return 'expected a password that is not your username';
  }
  if (isRepetition(plain) || isSequence(plain)) {
    return 'expected a password that is not a repetition (aaaaaaaa) or a sequence (12345678)';
  }
  return commonPasswords().has(plain) ? 'expected a password that is not one of the most common' : null;
}

function isRepetition(text: string): boolean {
  for (let size = 1; size <= MAX_PIECE; size++) {
    if (
      text ===
      text
        .slice(0, size)
        .repeat(Math.ceil(text.length / size))
        .slice(0, text.length)
    )
      return true;
  }
  return false;
}

/** `12345678`, `hgfedcba` */
function isSequence(text: string): boolean {
  const step = text.charCodeAt(1) - text.charCodeAt(0);
  if (Math.abs(step) !== 1) return false;
  for (let i = 1; i < text.length; i++)
    if (text.charCodeAt(i) - text.charCodeAt(i - 1) !== step) return false;
  return true;
}
