/** Most words of a name by which somebody is found, and most that a search looks for. */
export const MAX_WORDS = 10;

/** Most characters of a word by which somebody is found. */
const MAX_WORD = 40;

/** Letters that are not a simpler letter with an accent in Unicode, and are typed as one all the same. */
const TYPED_AS: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
  ς: 'σ',
};
const OTHER_LETTERS = new RegExp(`[${Object.keys(TYPED_AS).join('')}]`, 'g');

/**
 * The words of a name, or of what somebody searches for, without case and accents: `Zoë O’Brien` has `zoe`, `o` and
 * `brien`. Each once, in their order. Does not depend on any locale.
 */
export function wordsOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(OTHER_LETTERS, (letter) => TYPED_AS[letter] ?? letter);
  const words = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.map((word) => [...word].slice(0, MAX_WORD).join('')))].slice(0, MAX_WORDS);
}
