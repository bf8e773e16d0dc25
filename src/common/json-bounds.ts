/** How much structure one incoming frame may carry; see {@link exceeded} for how it is counted. */
export interface JsonBounds {
  /** Deepest nesting of arrays and objects, the event's own argument array included. */
  readonly maxDepth: number;
  /** Most keys and elements in the whole frame: commas and opening brackets outside of strings. */
  readonly maxTokens: number;
}

/** Generous for chat commands, and far from where recursive code over the parsed value gets into trouble. */
export const DEFAULT_BOUNDS: JsonBounds = { maxDepth: 32, maxTokens: 12_000 };

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Which bound the JSON text from `start` on exceeds, if any.
 *
 * Looks at the text only, so that it is safe to call before `JSON.parse` on any untrusted text: linear in
 * time, no recursion, nothing allocated. It stops at the first excess, which makes a frame of 100,000 brackets as
 * cheap as one of 33. Whether the text is JSON at all is left to `JSON.parse`.
 */
export function exceeded(
  text: string,
  start: number,
  bounds: JsonBounds,
): 'too_deep' | 'too_large' | undefined {
  const { maxDepth, maxTokens } = bounds;
  const length = text.length;
  // A value nested deeper than maxDepth needs that many brackets on either side, plus one.
  if (length - start <= 2 * maxDepth && length - start <= maxTokens) return undefined;
  let depth = 0;
  let tokens = 0;
  for (let i = start; i < length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i);
        if (i === -1) return undefined;
        break;
      case OPEN_BRACKET:
      case OPEN_BRACE:
        if (++depth > maxDepth) return 'too_deep';
        if (++tokens > maxTokens) return 'too_large';
        break;
      case CLOSE_BRACKET:
      case CLOSE_BRACE:
        depth--;
        break;
      case COMMA:
        if (++tokens > maxTokens) return 'too_large';
        break;
    }
  }
  return undefined;
}

/**
 * Index of the quote that closes the JSON string opened at `open`, or -1 when it is never closed.
 *
 * Each run of backslashes is walked once, by the one quote that follows it.
 */
export function endOfString(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((quote - 1 - before) % 2 === 0) return quote;
  }
  return -1;
}
