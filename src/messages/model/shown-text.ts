import { firstCharacters, lineFault } from '../../contract/index.js';

/** Most characters of a name or title in the text of a system message. */
const MAX_SHOWN = 50;

/** Most UTF-16 code units of it: a single visible character may have any number. */
const MAX_UNITS = 4 * MAX_SHOWN;

/**
 * A name or title as the text of a system message shows it: short, and without characters that could change the text
 * around it. Also for names that were stored before the present rules for names. Empty if nothing of it can be shown.
 */
export function shownText(text: string): string {
  const whole = text.slice(0, MAX_UNITS).toWellFormed();
  const safe =
    lineFault(whole) === null
      ? whole
      : whole
          .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
          .replace(/[\p{C}\p{DI}\p{M}\u2800]/gu, '')
          .trim();
  const short = firstCharacters(safe, MAX_SHOWN);
  return short === safe && text.length > MAX_UNITS ? `${short}…` : short;
}
