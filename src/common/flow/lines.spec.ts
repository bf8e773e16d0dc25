import { Lines } from './lines.js';

describe('Lines', () => {
  it('let each go on when all before it in its line have left, whoever leaves first', async () => {
    const lines = new Lines<string>();
    const turns: string[] = [];
    const places = ['a1', 'a2', 'a3', 'b1'].map((name) => {
      const place = lines.enter(name[0]!);
      void place.turn.then(() => turns.push(name));
      return place;
    });
    await new Promise(setImmediate);
    expect(turns).toEqual(['a1', 'b1']);
    places[1]!.leave();
    await new Promise(setImmediate);
    expect(turns).toEqual(['a1', 'b1']);
    places[0]!.leave();
    await new Promise(setImmediate);
    expect(turns).toEqual(['a1', 'b1', 'a2', 'a3']);
    expect([lines.has('a'), lines.has('b')]).toEqual([true, true]);
    places[2]!.leave();
    places[3]!.leave();
    await new Promise(setImmediate);
    expect([lines.has('a'), lines.has('b')]).toEqual([false, false]);
  });
});
