import fc from 'fast-check';
import { PAGE_BYTES, withinPage } from './page-bytes.js';

describe('withinPage', () => {
  it('takes items while their bytes as JSON fit: a control character has six, a Chinese one three', () => {
    for (const [character, bytes] of [
      ['a', 1],
      ['字', 3],
      ['\u0001', 6],
    ] as const) {
      const items = Array.from({ length: 200 }, () => character.repeat(10_000));
      const kept = withinPage(items);
      expect(kept).toHaveLength(Math.floor(PAGE_BYTES / (10_000 * bytes + 3)));
      expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(PAGE_BYTES + 1);
    }
  });

  it('never lets more through, whatever the items are', () => {
    const text = fc.string({ unit: 'binary', maxLength: 4_000 });
    const item = fc.record({
      id: fc.oneof(fc.integer(), fc.double(), fc.constant(null)),
      content: text,
      names: fc.array(text, { maxLength: 3 }),
      metadata: fc.dictionary(text, fc.jsonValue()),
      isThere: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 5 }), fc.integer({ min: 1, max: 60 }), (few, times) => {
        const items = Array.from({ length: times }, () => few).flat();
        const kept = withinPage(items);
        expect(kept).toEqual(items.slice(0, kept.length));
        if (kept.length > 1)
          expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(PAGE_BYTES + 1);
        const next = items[kept.length];
        if (next !== undefined)
          expect(Buffer.byteLength(JSON.stringify([...kept, next]))).toBeGreaterThan(PAGE_BYTES);
      }),
      { numRuns: 60 },
    );
  });

  it('takes one at least, and of none none', () => {
    expect(withinPage(['x'.repeat(PAGE_BYTES * 2), 'y'])).toHaveLength(1);
    expect(withinPage([])).toEqual([]);
  });
});
