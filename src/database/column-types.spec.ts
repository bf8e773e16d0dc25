import { isoTimestamp } from './column-types.js';

describe('A timestamp of PostgreSQL', () => {
  it.each([
    ['2026-11-22 16:20:21+00', '2026-11-22T16:20:21.000Z'],
    ['2026-11-22 16:20:21.5+00', '2026-11-22T16:20:21.500Z'],
    ['2026-11-22 16:20:21.05+00', '2026-11-22T16:20:21.050Z'],
    ['2026-11-22 16:20:21.123+00', '2026-11-22T16:20:21.123Z'],
    ['2026-11-22 16:20:21.123456+00', '2026-11-22T16:20:21.123Z'],
    ['2000-02-29 00:00:00+00', '2000-02-29T00:00:00.000Z'],
    ['1969-12-31 23:59:59.999+00', '1969-12-31T23:59:59.999Z'],
  ])('%s reads %s', (text, iso) => {
    expect(isoTimestamp(text)).toBe(iso);
  });

  it('equals what Date formats, for timestamps from 1970 to 2100', () => {
    for (let at = Date.UTC(1970, 0, 1); at < Date.UTC(2100, 0, 1); at += 987_654_321_987) {
      const iso = new Date(at).toISOString();
      const text = iso.replace('T', ' ').replace(/\.?0*Z$/, '+00');
      expect(isoTimestamp(text)).toBe(iso);
    }
  });
});
