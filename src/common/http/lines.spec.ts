import { Lines } from './lines.js';

describe('Lines', () => {
  it('serve at most so many of one key at once, the rest in the order in which they came, and other keys at once', () => {
    const lines = new Lines(2, 100);
    const served: string[] = [];
    const enter = (key: string, name: string) => lines.enter(key, () => served.push(name));
    for (const name of ['a', 'b', 'c', 'd']) enter('one', name);
    enter('other', 'e');
    expect(served).toEqual(['a', 'b', 'e']);
    lines.leave('one');
    expect(served).toEqual(['a', 'b', 'e', 'c']);
    lines.leave('one');
    lines.leave('one');
    enter('one', 'f');
    expect(served).toEqual(['a', 'b', 'e', 'c', 'd', 'f']);
  });

  it('begin so many of one key in a turn of the event loop, also of those that are done at once', async () => {
    const lines = new Lines(2, 3);
    const served: string[] = [];
    const enter = (key: string, name: string) =>
      lines.enter(key, () => {
        served.push(name);
        lines.leave(key);
      });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) enter('one', name);
    enter('other', 'x');
    expect(served.join('')).toBe('abcx');
    await new Promise(setImmediate);
    expect(served.join('')).toBe('abcxdef');
    await new Promise(setImmediate);
    expect(served.join('')).toBe('abcxdefg');
  });

  it('forget a key that nobody waits for', async () => {
    const lines = new Lines(1, 100);
    for (let i = 0; i < 3; i++) {
      lines.enter('one', () => undefined);
      lines.leave('one');
    }
    lines.enter('other', () => undefined);
    await new Promise(setImmediate);
    lines.leave('other');
    expect((lines as unknown as { lines: Map<string, unknown> }).lines.size).toBe(0);
  });

  it('may be left while the next one is being served', () => {
    const lines = new Lines(1, 100);
    const served: number[] = [];
    for (let i = 0; i < 3; i++) {
      lines.enter('one', () => {
        served.push(i);
        if (i === 1) lines.leave('one');
      });
    }
    lines.leave('one');
    expect(served).toEqual([0, 1, 2]);
  });
});
