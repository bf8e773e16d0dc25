import { parseConfig } from '../config/config.js';
import { waitAfter } from './steps.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('The wait before the next try', () => {
  const waits = parseConfig({}).config.webhooks.retries.ms;
  const many = (failures: number, retryAfterMs = 0) =>
    Array.from({ length: 2_000 }, () => waitAfter(failures, waits, retryAfterMs));

  it.each([
    [0, 5 * SECOND],
    [1, MINUTE],
    [2, 5 * MINUTE],
    [3, 30 * MINUTE],
    [4, 2 * HOUR],
    [5, 5 * HOUR],
    [6, 10 * HOUR],
    [7, 10 * HOUR],
    [100, 10 * HOUR],
  ])('after %d failures before is %d ms by itself, spread by a fifth to both sides', (failures, step) => {
    const all = many(failures);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    expect(least).toBeGreaterThanOrEqual(0.8 * step);
    expect(most).toBeLessThanOrEqual(1.2 * step);
    // All of that is used: receivers that were down together are not tried together.
    expect(least).toBeLessThan(0.85 * step);
    expect(most).toBeGreaterThan(1.15 * step);
  });

  it('is what the receiver wants when that is longer, and not when it is shorter', () => {
    expect(new Set(many(0, HOUR))).toEqual(new Set([HOUR]));
    expect(Math.min(...many(3, MINUTE))).toBeGreaterThanOrEqual(0.8 * 30 * MINUTE);
  });
});
