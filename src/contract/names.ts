import { z } from 'zod';
import { isStorable, text } from './scalars.js';

/** Longest URL, in characters of its normalised form. */
const MAX_URL_LENGTH = 2_048;

/** UTF-16 code units for each character that is seen: enough for accents, Indic syllables and most emoji. */
const UNITS_PER_CHARACTER = 5;

/** Most accents and other marks in a row. Living languages need up to five. */
const MAX_MARKS = 8;

const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/** Embeddings, overrides, isolates and marks of direction. */
const DIRECTION = /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/u;

/** The flags of England, Scotland and Wales are spelled in tag characters, which are refused otherwise. */
const TAGGED_FLAGS = new RegExp(
  ['gbeng', 'gbsct', 'gbwls']
    .map(
      (tag) =>
        `\u{1F3F4}${[...tag].map((one) => String.fromCodePoint(0xe0000 + one.codePointAt(0)!)).join('')}\u{E007F}`,
    )
    .join('|'),
  'gu',
);

/** A selector of the form of the character before it. */
const VARIATION = /(?<=[^\p{Z}\p{Cc}\p{DI}])\p{VS}/gu;

/** ZWNJ and ZWJ between two visible characters: Persian and Indic words and emoji need them. */
const JOINER = /(?<=[^\p{Z}\p{Cc}\p{DI}])[\u200C\u200D](?=[^\p{Z}\p{Cc}\p{DI}])/gu;

/** What shows nothing. Some Arabic and Kaithi signs are visible although they count as format characters. */
const INVISIBLE =
  /(?![\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}])[\p{DI}\p{Cf}\p{NChar}\u2800]/u;

const LONE_MARK = /(?:^|\p{Z})\p{M}/u;
const MARKS = new RegExp(`\\p{M}{${MAX_MARKS + 1}}`, 'u');

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What is wrong with a text of one line that is shown to others, such as a name; null: nothing. */
export function lineFault(value: string): string | null {
  if (CONTROL.test(value)) return 'expected one line without control characters';
  if (DIRECTION.test(value))
    return 'expected no characters that change the direction of text (U+202A to U+202E and the like)';
  const visible = value.replace(TAGGED_FLAGS, 'x').replace(VARIATION, '').replace(JOINER, '');
  if (INVISIBLE.test(visible)) return 'expected no invisible characters';
  if (LONE_MARK.test(visible)) return 'expected each accent to follow a letter';
  if (MARKS.test(visible)) return `expected at most ${MAX_MARKS} accents on a letter`;
  return visible.trim() === '' ? 'expected text that is not blank' : null;
}

/** The text up to so many characters as they are seen; `…` stands for the rest. Reads no further. */
export function firstCharacters(value: string, max: number): string {
  if (value.length <= max) return value;
  let count = 0;
  for (const { index } of segments.segment(value)) {
    if (++count > max) return `${value.slice(0, index)}…`;
  }
  return value;
}

/**
 * A name or title: one line of at most so many characters as they are seen, and five times as many UTF-16 code units.
 * Handed on in Unicode's normal form C, in which equal looks are mostly equal text.
 */
export function displayName(max: number) {
  const maxUnits = max * UNITS_PER_CHARACTER;
  const tooLong = `expected at most ${max} characters`;
  const faultOf = (value: string): string | null => {
    if (value.length > maxUnits) return tooLong;
    if (!isStorable(value)) return 'expected text without NUL characters and unpaired surrogates';
    return lineFault(value) ?? (firstCharacters(value, max) === value ? null : tooLong);
  };
  return z
    .string()
    .transform((value, context) => {
      // Normalising may lengthen a text threefold; what is far too long is not even looked at.
      const normal = value.length > maxUnits || !isStorable(value) ? value : value.normalize('NFC');
      const fault = faultOf(normal);
      if (fault === null) return normal;
      context.issues.push({ code: 'custom', message: fault, input: value });
      return z.NEVER;
    })
    .pipe(z.string().max(maxUnits))
    .describe(`One line of at most ${max} characters, without control, invisible and direction characters.`);
}

/** An http or https URL without a user name or password, handed on as the URL standard writes it. */
export const url = text(MAX_URL_LENGTH)
  .transform((value, context) => {
    const parsed = URL.canParse(value) ? new URL(value) : null;
    const fault =
      parsed === null || !['http:', 'https:'].includes(parsed.protocol)
        ? 'expected an http or https URL'
        : parsed.username !== '' || parsed.password !== ''
          ? 'expected a URL without a user name and password'
          : parsed.href.length > MAX_URL_LENGTH
            ? `expected a URL of at most ${MAX_URL_LENGTH} characters once it is normalised`
            : null;
    if (parsed !== null && fault === null) return parsed.href;
    context.issues.push({ code: 'custom', message: fault ?? 'expected an http or https URL', input: value });
    return z.NEVER;
  })
  .pipe(z.string().max(MAX_URL_LENGTH));

/** The name of a reaction that is there already; it may be of before `emoji` was as strict as it is. */
export const formerEmoji = text(32).refine((value) => /^\S+$/u.test(value), {
  error: 'expected 1 to 32 characters without white space',
});

/** What a reaction is: 1 to 32 characters without white space, an emoji as a rule; visible, as a name is. */
export const emoji = formerEmoji.refine((value) => lineFault(value) === null, {
  error: 'expected visible characters: no control, invisible or direction characters',
});
