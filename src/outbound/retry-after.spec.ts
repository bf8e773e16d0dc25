import { retryAfterOf } from './retry-after.js';

describe('How long another server wants to be left alone', () => {
  it('is said in seconds', () => {
    expect(retryAfterOf('0')).toBe(0);
    expect(retryAfterOf('1')).toBe(1_000);
    expect(retryAfterOf('120')).toBe(120_000);
  });

  it('or as a date of HTTP; one that is past is now', () => {
    const inTwoMinutes = new Date(Date.now() + 120_000).toUTCString();
    const ms = retryAfterOf(inTwoMinutes);
    // A date has whole seconds, and the test may take some.
    expect(ms).toBeGreaterThan(100_000);
    expect(ms).toBeLessThanOrEqual(120_000);
    expect(retryAfterOf('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(0);
  });

  it('is an hour at most', () => {
    for (const text of ['3600', '3601', '999999999', new Date(Date.now() + 9 * 3_600_000).toUTCString()])
      expect([text, retryAfterOf(text)]).toEqual([text, 3_600_000]);
  });

  it.each([
    [undefined],
    [''],
    ['soon'],
    ['-5'],
    ['1e99'],
    ['Infinity'],
    ['NaN'],
    ['1234567890123'],
    [['5', '6']],
    ['0x10'],
  ])('and is nothing when it says %j', (text) => {
    const ms = retryAfterOf(text);
    expect(Number.isFinite(ms)).toBe(true);
    expect(ms).toBe(0);
  });
});
