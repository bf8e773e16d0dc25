import { Random } from './random.js';

const draws = (random: Random) => Array.from({ length: 5 }, () => random.next());

describe('the random choices of a run', () => {
  it('repeat for the same seed and part, and differ for another', () => {
    const those = draws(Random.of(7, 'sigterm', 'lane', 1));
    expect(draws(Random.of(7, 'sigterm', 'lane', 1))).toEqual(those);
    for (const other of [
      Random.of(8, 'sigterm', 'lane', 1),
      Random.of(7, 'sigterm', 'lane', 11),
      Random.of(7, 'sigterm', 'lane 1'),
    ])
      expect(draws(other)).not.toEqual(those);
  });
});
