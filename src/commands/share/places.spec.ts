import { AT_ONCE, placesOf } from './fair-share.js';
import { Places } from './places.js';

const placesOfUsers = () => new Places<string>({ places: AT_ONCE, maxWaiting: 1_000 });

/** Enters so many reads, and lists which have started. */
function entered(lines: Places<string>, key: string, count: number, started: string[], needed = () => true) {
  for (let i = 1; i <= count; i++) {
    lines.enter(key, () => {
      if (needed()) started.push(`${key}${i}`);
      return needed();
    });
  }
}

/** Those who waited begin in the next turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('Places', () => {
  it('starts a few commands of a key at once, and each further one when another leaves, in order', async () => {
    const lines = placesOfUsers();
    const started: string[] = [];
    entered(lines, 'a', AT_ONCE + 2, started);
    expect(started).toEqual(['a1', 'a2', 'a3', 'a4']);
    lines.leave('a');
    await turn();
    expect(started.at(-1)).toBe('a5');
    lines.leave('a');
    await turn();
    expect(started.at(-1)).toBe('a6');
  });

  it('starts fewer at once of those that ask for much, and what came later waits behind them', async () => {
    const lines = placesOfUsers();
    const started: string[] = [];
    const enter = (name: string, cost: number) => {
      const start = () => {
        started.push(name);
        return true;
      };
      lines.enter('a', start, placesOf(cost));
    };
    enter('sync', 5);
    enter('page', 1);
    for (const name of ['two pages', 'two more']) enter(name, 2);
    enter('chats', 10);
    expect(started).toEqual(['sync', 'page']);
    lines.leave('a', placesOf(5));
    await turn();
    expect(started.slice(2)).toEqual(['two pages']);
    lines.leave('a', placesOf(1));
    await turn();
    expect(started.slice(3)).toEqual(['two more']);
    for (let i = 0; i < 2; i++) lines.leave('a', placesOf(2));
    await turn();
    expect(started.slice(4)).toEqual(['chats']);
    lines.leave('a', placesOf(10));
    await turn();
    expect(lines.size).toBe(0);
  });

  it('does not let one key wait for another', async () => {
    const lines = placesOfUsers();
    const started: string[] = [];
    entered(lines, 'a', 100, started);
    entered(lines, 'b', 1, started);
    expect(started.at(-1)).toBe('b1');
  });

  it('passes over reads that nobody waits for any more, and hands their place on', async () => {
    const lines = placesOfUsers();
    const started: string[] = [];
    let needed = true;
    entered(lines, 'a', AT_ONCE, started);
    entered(lines, 'a', 900, started, () => needed);
    entered(lines, 'a', 1, started);
    needed = false;
    lines.leave('a');
    await turn();
    expect(started).toHaveLength(AT_ONCE + 1);
  });

  it('refuses what is too much to wait, and forgets keys without reads', async () => {
    const lines = placesOfUsers();
    entered(lines, 'a', AT_ONCE + 1_000, []);
    expect(() => lines.enter('a', () => true)).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
    for (let i = 0; i < AT_ONCE + 1_000; i++) lines.leave('a');
    await turn();
    expect(lines.size).toBe(0);
    lines.enter('b', () => false);
    expect(lines.size).toBe(0);
  });
});
