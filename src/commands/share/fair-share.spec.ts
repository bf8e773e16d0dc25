import { parseConfig } from '../../config/config.js';
import { Limits } from '../limits/limits.js';
import { type Asking, AT_ONCE, FairShare } from './fair-share.js';

const OFFICE = '192.0.2.1';
const HOME = '192.0.2.2';

/** Work that goes on until it is told to end, in the order in which it began. */
function share(settings: Record<string, string> = {}) {
  const limits = new Limits(parseConfig(settings).config, null);
  const shared = new FairShare(limits);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (name: string, asking: Partial<Asking> = {}): Promise<unknown> =>
    shared.run({ key: name, address: OFFICE, order: 'read', cost: 1, isOver: () => false, ...asking }, () => {
      begun.push(name);
      return new Promise((resolve) => ends.push(() => resolve(name)));
    });
  const endNext = async () => {
    ends.shift()!();
    await settled();
  };
  return { limits, begun, ask, endNext };
}

/** Until the next turn of the event loop, in which those who waited begin. */
const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

const many = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('FairShare', () => {
  it.each([
    ['read', 1],
    ['write', 2],
    ['send', 4],
  ] as const)('has an address wait for its places for a %s', async (order, forEach) => {
    const { limits, begun, ask, endNext } = share();
    const places = forEach * limits.addressAtOnce;
    for (const user of many(20)) for (const _ of many(2)) void ask(`u${user}`, { order });
    expect(begun).toHaveLength(places);
    void ask('neighbour', { order, address: HOME });
    expect(begun.at(-1)).toBe('neighbour');
    await endNext();
    expect(begun).toHaveLength(places + 2);
    // In the order in which they came.
    expect(begun.at(-1)).toBe(`u${places / 2}`);
  });

  it('leaves the rest of an address its places when one of its users asks for more than their share', () => {
    const { begun, ask } = share();
    for (const _ of many(100)) void ask('greedy', { order: 'write' });
    expect(begun).toHaveLength(AT_ONCE);
    for (const user of many(AT_ONCE)) void ask(`u${user}`, { order: 'write' });
    expect(begun).toHaveLength(2 * AT_ONCE);
  });

  it('bounds the messages of an address, and not those of one user', () => {
    const { limits, begun, ask } = share();
    for (const _ of many(50)) void ask('writer', { order: 'send' });
    expect(begun).toHaveLength(4 * limits.addressAtOnce);
  });

  it('has more places where an address may have more commands, and no bound without limits', () => {
    const fast = share({ RATE_LIMIT_ADDRESS: '50000/10s' });
    const off = share({ RATE_LIMITS: 'off' });
    for (const user of many(200)) {
      void fast.ask(`u${user}`);
      void off.ask(`u${user}`);
    }
    expect(fast.begun).toHaveLength(20);
    expect(off.begun).toHaveLength(200);
  });

  it('gives back the places of who is no longer waited for, wherever they wait', async () => {
    const { limits, begun, ask, endNext } = share();
    let isOver = false;
    for (const user of many(limits.addressAtOnce)) void ask(`u${user}`);
    const late = many(5_000).map((i) => ask(`late ${i % 1_000}`, { isOver: () => isOver }));
    const last = many(AT_ONCE).map(() => ask('late 0'));
    isOver = true;
    for (let i = 0; i < limits.addressAtOnce + AT_ONCE; i++) await endNext();
    expect(await Promise.all(late)).toEqual(late.map(() => undefined));
    expect(await Promise.all(last)).toEqual(last.map(() => 'late 0'));
    expect(begun.slice(limits.addressAtOnce)).toEqual(last.map(() => 'late 0'));
    for (const _ of many(AT_ONCE)) void ask('late 1');
    expect(begun.slice(-AT_ONCE)).toEqual(many(AT_ONCE).map(() => 'late 1'));
  });

  it('refuses what too many wait for, and goes on', async () => {
    const { limits, begun, ask, endNext } = share();
    const all = many(limits.addressAtOnce + 10_001).map((user) => ask(`u${user}`));
    await expect(all.at(-1)).rejects.toMatchObject({ code: 'OVERLOADED' });
    const again = ask('u10008');
    await expect(again).rejects.toMatchObject({ code: 'OVERLOADED' });
    await endNext();
    expect(begun.at(-1)).toBe(`u${limits.addressAtOnce}`);
    expect(await all[0]).toBe('u0');
  });

  it('refuses a read that waited while earlier answers used up what the user may have', async () => {
    const { limits, ask, endNext } = share({ RATE_LIMIT_BYTES: '100kb/1m' });
    const reads = many(AT_ONCE + 1).map(() => ask('reader'));
    limits.answered('reader', OFFICE, 200_000);
    const refused = expect(reads.at(-1)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await endNext();
    await refused;
  });

  describe('paces answers', () => {
    beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] }));
    afterEach(() => jest.useRealTimers());

    const MIB = 1024 * 1024;

    it('of a user: after the first megabyte 8 MB a second', async () => {
      const { limits, begun, ask, endNext } = share();
      limits.answered('reader', OFFICE, MIB);
      void ask('reader');
      expect(begun).toHaveLength(1);
      await endNext();
      limits.answered('reader', OFFICE, 800_000);
      for (const order of ['read', 'write', 'send'] as const) void ask('reader', { order });
      expect(begun).toHaveLength(3);
      void ask('neighbour', { address: HOME });
      expect(begun.at(-1)).toBe('neighbour');
      await jest.advanceTimersByTimeAsync(90);
      expect(begun).toHaveLength(4);
      await jest.advanceTimersByTimeAsync(20);
      expect(begun).toHaveLength(5);
    });

    it('of all users of an address together, and lets them begin one by one while it goes on', async () => {
      const { limits, begun, ask, endNext } = share();
      for (const user of many(10)) limits.answered(`u${user}`, OFFICE, MIB);
      for (const user of many(10)) void ask(`u${user}`);
      void ask('neighbour', { address: HOME });
      expect(begun).toEqual(['neighbour']);
      await jest.advanceTimersByTimeAsync(1_000);
      expect(begun).toEqual(['neighbour']);
      await jest.advanceTimersByTimeAsync(200);
      expect(begun).toEqual(['neighbour', 'u0']);
      await endNext();
      limits.answered('u0', OFFICE, 1_200_000);
      await endNext();
      expect(begun).toEqual(['neighbour', 'u0']);
      await jest.advanceTimersByTimeAsync(60);
      expect(begun).toEqual(['neighbour', 'u0', 'u1']);
      // A small one: the others need not wait any more.
      await endNext();
      expect(begun).toHaveLength(3 + limits.addressAtOnce);
    });

    it('faster where more is allowed', () => {
      const { limits, begun, ask } = share({ RATE_LIMIT_BYTES: '16000mb/1m' });
      limits.answered('reader', OFFICE, 2 * MIB);
      expect(limits.untilUserReads('reader')).toBeLessThan(3);
      void ask('neighbour', { address: HOME });
      expect(begun).toEqual(['neighbour']);
    });
  });
});
