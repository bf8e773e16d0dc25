import { parseRate } from './rate.js';

describe('A rate', () => {
  it.each([
    ['200/10s', 200, 10_000],
    ['1/1s', 1, 1_000],
    ['30/1m', 30, 60_000],
    ['5/m', 5, 60_000],
    ['5/h', 5, 3_600_000],
    ['64kb/1m', 64_000, 60_000],
    ['16mb/60s', 16_000_000, 60_000],
  ])('is read from %s', (text, points, durationMs) => {
    expect(parseRate(text)).toMatchObject({ points, durationMs });
    expect(String(parseRate(text))).toBe(text);
  });

  it.each([
    '200',
    '0/1s',
    '200/0s',
    '200/10',
    '200/10ms',
    '-1/1s',
    '1.5/1s',
    '1e3/1s',
    '200/2h',
    '200 / 10s',
    '200/10S',
    '16gb/1m',
    'off',
    '/1s',
    '0mb/1m',
    '9999999999/1s',
  ])('is refused: %s', (text) => {
    expect(() => parseRate(text)).toThrow(/^expected a limit such as/);
  });
});
