import { Histogram } from './histogram.js';

describe('A histogram', () => {
  it('counts a value in its bucket and in all above it, the bound included', () => {
    const histogram = new Histogram([1, 2, 4]);
    for (const value of [0, 1, 1.5, 2, 4, 5]) histogram.observe(value);
    expect(histogram.read()).toEqual({
      buckets: [
        { le: '1', count: 2 },
        { le: '2', count: 4 },
        { le: '4', count: 5 },
        { le: '+Inf', count: 6 },
      ],
      sum: 13.5,
      count: 6,
    });
  });

  it('has all its buckets before the first value', () => {
    expect(new Histogram([1]).read()).toEqual({
      buckets: [
        { le: '1', count: 0 },
        { le: '+Inf', count: 0 },
      ],
      sum: 0,
      count: 0,
    });
  });
});
