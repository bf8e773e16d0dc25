import { BoundedMap } from './bounded-map.js';

describe('A bounded map', () => {
  it('drops the oldest entry for a new one, and reports it', () => {
    const forgotten: [string, number][] = [];
    const map = new BoundedMap<string, number>(2, (...entry) => forgotten.push(entry));
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    expect(forgotten).toEqual([]);
    map.set('c', 4);
    expect(forgotten).toEqual([['a', 3]]);
    expect([...map]).toEqual([
      ['b', 2],
      ['c', 4],
    ]);
    expect([map.get('a'), map.has('b'), map.get('c')]).toEqual([undefined, true, 4]);
  });

  it('has room again for what was deleted', () => {
    const map = new BoundedMap<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    expect([map.delete('a'), map.delete('a')]).toEqual([true, false]);
    map.set('c', 3);
    expect([...map].map(([key]) => key)).toEqual(['b', 'c']);
  });
});
