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

  it('takes one at least, and of none none', () => {
    expect(withinPage(['x'.repeat(PAGE_BYTES * 2), 'y'])).toHaveLength(1);
    expect(withinPage([])).toEqual([]);
  });
});
