import { parseRate } from '../../config/rate.js';
import { RateLimiter } from './rate-limiter.js';

/** A RateLimiter with a clock that the test moves. */
function limiterAt(rates: Record<string, string>, maxKeys?: number) {
  const time = { now: 1_000 };
  const read = Object.fromEntries(Object.entries(rates).map(([name, text]) => [name, parseRate(text)]));
  return { time, limiter: new RateLimiter(read, () => time.now, maxKeys) };
}

describe('RateLimiter', () => {
  it('gives all points at once, then none, then as many as have been refilled', () => {
    const { time, limiter } = limiterAt({ a: '5/10s' });
    for (let i = 0; i < 5; i++) expect(limiter.take(1, 'a')).toBe(0);
    expect(limiter.take(1, 'a')).toBe(2_000);
    time.now += 1_999;
    expect(limiter.take(1, 'a')).toBe(1);
    time.now += 1;
    expect(limiter.take(1, 'a')).toBe(0);
    expect(limiter.take(1, 'a')).toBe(2_000);
    time.now += 60_000;
    for (let i = 0; i < 5; i++) expect(limiter.take(1, 'a')).toBe(0);
    expect(limiter.take(1, 'a')).toBe(2_000);
  });

  it('takes nothing when it refuses: the returned wait is enough', () => {
    const { time, limiter } = limiterAt({ a: '3/1s' });
    while (limiter.take(1, 'a') === 0);
    for (let i = 0; i < 100; i++) limiter.take(1, 'a');
    time.now += limiter.take(1, 'a');
    expect(limiter.take(1, 'a')).toBe(0);
  });

  it('keeps users and rates apart', () => {
    const { limiter } = limiterAt({ a: '1/1s', b: '1/1s' });
    expect(limiter.take(1, 'a')).toBe(0);
    expect(limiter.take(1, 'b')).toBe(0);
    expect(limiter.take(2, 'a')).toBe(0);
    expect(limiter.take('1', 'a')).toBe(0);
    expect(limiter.take(1, 'a')).toBeGreaterThan(0);
  });

  it('needs all points for more than the rate has', () => {
    const { time, limiter } = limiterAt({ bytes: '1kb/1s' });
    expect(limiter.take(1, 'bytes', 50_000)).toBe(0);
    expect(limiter.take(1, 'bytes', 1)).toBeGreaterThan(0);
    time.now += 1_000;
    expect(limiter.take(1, 'bytes', 50_000)).toBe(0);
  });

  it('reports what is left and when all points are free', () => {
    const { time, limiter } = limiterAt({ a: '10/10s' });
    expect(limiter.status(1, 'a')).toMatchObject({ remaining: 10, resetMs: 0 });
    limiter.take(1, 'a', 4);
    expect(limiter.status(1, 'a')).toMatchObject({ remaining: 6, resetMs: 4_000 });
    time.now += 1_500;
    expect(limiter.status(1, 'a')).toMatchObject({ remaining: 7, resetMs: 2_500 });
    limiter.raise(1, 'a', 14_000);
    expect(limiter.status(1, 'a')).toMatchObject({ remaining: 0, resetMs: 14_000 });
    expect(limiter.take(1, 'a')).toBe(5_000);
    limiter.raise(1, 'a', 2_000);
    limiter.charge(1, 'a', 3);
    expect(limiter.status(1, 'a')).toMatchObject({ remaining: 0, resetMs: 17_000 });
  });

  it('keeps keys through a change of generation, and forgets keys that have all points again', () => {
    const { time, limiter } = limiterAt({ short: '10/1s', long: '10/10s' });
    time.now += 9_999;
    limiter.take('late', 'long', 10);
    limiter.take('early', 'long', 1);
    time.now += 2;
    expect(limiter.take('other', 'long')).toBe(0);
    expect(limiter.take('late', 'long')).toBeGreaterThan(0);
    expect(limiter.size).toBe(3);
    time.now += 10_000;
    limiter.take('other', 'long');
    expect(limiter.size).toBe(2);
    time.now += 10_000;
    limiter.take('new', 'long');
    expect(limiter.size).toBe(2);
  });

  it('keeps no more keys than its bound, and remembers the latest', () => {
    const { limiter } = limiterAt({ a: '1/1m' }, 1_000);
    for (let key = 0; key < 100_000; key++) limiter.take(key, 'a');
    expect(limiter.size).toBeLessThanOrEqual(2_000);
    expect(limiter.take(99_999, 'a')).toBeGreaterThan(0);
    expect(limiter.take(99_000, 'a')).toBeGreaterThan(0);
  });
});
