import fc from 'fast-check';
import { exceeded } from './json-bounds.js';

const roomy = { maxDepth: 1_000_000, maxTokens: 1_000_000 };

/** The same counts, taken from the parsed value. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function tokensOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const children = Object.values(value);
  return (
    1 + Math.max(0, children.length - 1) + children.reduce<number>((sum, child) => sum + tokensOf(child), 0)
  );
}

const jsonText = fc
  .jsonValue({ maxDepth: 12, stringUnit: 'binary' })
  .chain((value) => fc.constantFrom(undefined, 2).map((indent) => JSON.stringify(value, null, indent)));

describe('exceeded', () => {
  it('accepts a text at its own depth and refuses it one below', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const depth = depthOf(JSON.parse(text));
        expect(exceeded(text, 0, { ...roomy, maxDepth: depth })).toBeUndefined();
        if (depth > 0) expect(exceeded(text, 0, { ...roomy, maxDepth: depth - 1 })).toBe('too_deep');
      }),
    );
  });

  it('accepts a text at its own number of tokens and refuses it one below', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        const tokens = tokensOf(JSON.parse(text));
        expect(exceeded(text, 0, { ...roomy, maxTokens: tokens })).toBeUndefined();
        if (tokens > 0) expect(exceeded(text, 0, { ...roomy, maxTokens: tokens - 1 })).toBe('too_large');
      }),
    );
  });

  it('does not count brackets and commas inside of strings, however they are escaped', () => {
    const text = JSON.stringify(['[[[[,,,,{{{{', '\\', '"[[[[', '\\"[[[[', '\\\\', ']]]]{{{{']);
    expect(exceeded(text, 0, { maxDepth: 1, maxTokens: 6 })).toBeUndefined();
  });

  it('accepts any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => void exceeded(text, 0, { maxDepth: 2, maxTokens: 4 }),
      ),
    );
  });

  it.each([
    ['a million brackets', '['.repeat(1_000_000)],
    ['a million backslashes in a string', `["${'\\'.repeat(1_000_000)}`],
    ['a million escaped quotes', `["${'\\"'.repeat(1_000_000)}`],
  ])('is linear in time on %s', (_name, text) => {
    const start = performance.now();
    exceeded(text, 0, { maxDepth: 32, maxTokens: 2_000 });
    expect(performance.now() - start).toBeLessThan(500);
  });
});
