import { PushLanes, type Waiting } from './push-lanes.js';

const PROMPT = 100;
const LATE = 10_000;

describe('Whose push is sent next', () => {
  let lanes: PushLanes<Waiting>;
  let nextUser = 1;
  beforeEach(() => (lanes = new PushLanes()));

  const add = (origin: string, count: number, userId?: number) => {
    let taken = 0;
    for (let i = 0; i < count; i++) if (lanes.add({ origin, userId: userId ?? nextUser++ })) taken++;
    return taken;
  };
  const takeAll = () => {
    const all: Waiting[] = [];
    for (let one = lanes.take(); one; one = lanes.take()) all.push(one);
    return all;
  };
  /** The origin answers so that it is known as prompt. */
  const known = (origin: string) => {
    for (let i = 0; i < 40; i++) {
      add(origin, 1);
      for (const one of takeAll()) {
        lanes.done(one, PROMPT);
        lanes.end(one);
      }
    }
  };

  it('goes by turns through the origins, of each a few at once', () => {
    add('a', 5);
    add('b', 5);
    expect(takeAll().map(({ origin }) => origin)).toEqual(['a', 'b', 'a', 'b']);
  });

  it('is more of an origin that answers promptly, and of one that does not only one', () => {
    known('good');
    add('good', 50);
    expect(takeAll()).toHaveLength(30);
    add('dead', 5);
    const first = takeAll();
    expect(first).toHaveLength(2);
    for (const one of first) lanes.done(one, LATE);
    expect(takeAll()).toHaveLength(1);
  });

  it('is of a good origin, however many dead ones there are', () => {
    known('good');
    for (let nr = 0; nr < 100; nr++) add(`dead-${nr}`, 100);
    expect(takeAll()).toHaveLength(10);
    expect(add('good', 20)).toBe(20);
    expect(takeAll().map(({ origin }) => origin)).toEqual(Array.from({ length: 20 }, () => 'good'));
    expect(lanes.isFull).toBe(false);
  });

  it('is not taken beyond the bound of a user, until something of theirs has ended', () => {
    expect(add('a', 300, 7)).toBe(200);
    expect(add('a', 1, 8)).toBe(1);
    const one = lanes.take()!;
    lanes.done(one, PROMPT);
    expect(add('a', 1, 7)).toBe(0);
    lanes.end(one);
    expect(add('a', 2, 7)).toBe(1);
  });

  it('is bounded, and full before that; empty after all was taken', () => {
    known('good');
    expect(add('good', 9_999)).toBe(9_999);
    expect(lanes.isFull).toBe(false);
    expect(add('good', 11_000)).toBe(10_001);
    expect(lanes.isFull).toBe(true);
    expect(add('dead', 1)).toBe(0);
    expect(lanes.takeAll()).toHaveLength(20_000);
    expect(lanes.size).toBe(0);
    expect(lanes.take()).toBeUndefined();
    expect(add('good', 1)).toBe(1);
    expect(takeAll()).toHaveLength(1);
  });
});
