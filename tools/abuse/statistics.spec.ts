import { latenciesOf, percentile } from './statistics.js';

describe('A percentile', () => {
  it('is a value that was measured, and this share of the values is not above it', () => {
    const values = Array.from({ length: 100 }, (_, i) => i + 1);
    expect([0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([50, 99, 100]);
    expect(percentile([7], 0.01)).toBe(7);
  });

  it('of nothing is 0', () => {
    expect(latenciesOf([])).toEqual({ count: 0, p50: 0, p99: 0, max: 0 });
  });

  it('does not depend on the order of the values', () => {
    expect(latenciesOf([30, 10, 20])).toEqual({ count: 3, p50: 20, p99: 30, max: 30 });
  });
});
