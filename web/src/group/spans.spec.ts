import { spanOf } from './spans';

describe('A span of time', () => {
  it('is said in the units that it has', () => {
    expect([1, 30, 60, 90, 3_600, 5_400, 21_600].map(spanOf)).toEqual([
      '1 second',
      '30 seconds',
      '1 minute',
      '1 minute 30 seconds',
      '1 hour',
      '1 hour 30 minutes',
      '6 hours',
    ]);
  });
});
