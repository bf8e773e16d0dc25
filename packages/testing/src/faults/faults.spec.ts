import fc from 'fast-check';
import { copiesOf, type Faults, losesAck, planOf, refusalOf } from './faults.js';

const alice = { person: 'alice', connection: 0 };

/** What becomes of the first hundred events. */
const fate = (faults: Faults, drawer = alice) =>
  Array.from({ length: 100 }, (_, nr) => copiesOf(planOf(faults), drawer, nr, 'newMessage'));

const BAD = { seed: 7, drop: 0.2, double: 0.1, delay: 0.3, delayMs: [10, 50] } satisfies Faults;

describe('Faults', () => {
  it('are the same with the same seed', () => {
    expect(fate(BAD)).toEqual(fate(BAD));
  });

  it('differ with the seed, the person and the connection', () => {
    expect(fate({ ...BAD, seed: 8 })).not.toEqual(fate(BAD));
    expect(fate(BAD, { person: 'bob', connection: 0 })).not.toEqual(fate(BAD));
    expect(fate(BAD, { person: 'alice', connection: 1 })).not.toEqual(fate(BAD));
  });

  it('do not depend on one another: another rate of drops leaves the delays as they are', () => {
    const late = (copies: number[][]) => copies.map((one) => one[0] ?? null);
    const [some, more] = [late(fate(BAD)), late(fate({ ...BAD, drop: 0.5 }))];
    some.forEach((ms, nr) => expect([ms, null]).toContain(more[nr]));
  });

  it('come as often as the rates say', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, drop) => {
        const plan = planOf({ seed, drop });
        let dropped = 0;
        for (let nr = 0; nr < 2_000; nr++) dropped += copiesOf(plan, alice, nr, 'x').length === 0 ? 1 : 0;
        expect(Math.abs(dropped / 2_000 - drop)).toBeLessThan(0.06);
      }),
      { numRuns: 50 },
    );
  });

  it('are late within the bounds, and never without delayMs', () => {
    const late = fate({ delayMs: [10, 50] }).flat();
    expect(late).toHaveLength(100);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...late)).toBeLessThanOrEqual(50);
    expect(fate({ double: 1 })).toEqual(Array.from({ length: 100 }, () => [0, 0]));
    expect(fate({})).toEqual(Array.from({ length: 100 }, () => [0]));
  });

  it('leave alone what is about the connection, and what is not named', () => {
    expect(copiesOf(planOf({ drop: 1 }), alice, 0, 'ready')).toEqual([0]);
    const plan = planOf({ drop: 1, loseAcks: 1, events: ['typing'], commands: ['sync'] });
    expect(copiesOf(plan, alice, 0, 'newMessage')).toEqual([0]);
    expect(copiesOf(plan, alice, 0, 'typing')).toEqual([]);
    expect(losesAck(plan, alice, 0, 'sendMessage')).toBe(false);
    expect(losesAck(plan, alice, 0, 'sync')).toBe(true);
  });

  it('refuse with the code, and say when to try again if that helps', () => {
    const plan = planOf({
      refuse: [
        { code: 'FORBIDDEN', rate: 1, commands: ['typing'] },
        { code: 'RATE_LIMITED', rate: 1 },
      ],
    });
    expect(refusalOf(plan, alice, 0, 'typing')).toEqual({ code: 'FORBIDDEN', message: expect.any(String) });
    expect(refusalOf(plan, alice, 0, 'sync')).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 100 });
    expect(refusalOf(plan, alice, 0, 'userOnline')).toBeNull();
  });

  it.each<[string, unknown]>([
    ['faults.drop: expected a number from 0 to 1, got 10', { drop: 10 }],
    ['faults.double: expected a number from 0 to 1, got NaN', { double: Number.NaN }],
    ['faults.loseAcks: expected a number from 0 to 1, got 0.5', { loseAcks: '0.5' }],
    ['faults.dorp: unknown; there are seed, drop', { dorp: 0.1 }],
    ['faults.seed: expected a whole number, got 0.5', { seed: 0.5 }],
    ['faults.delayMs: expected two numbers', { delayMs: [200, 0] }],
    ['faults.delayMs: expected two numbers', { delayMs: 200 }],
    ['faults.delay: say how late as well', { delay: 0.5 }],
    ['faults.refuse.rate: expected a number from 0 to 1, got undefined', { refuse: { code: 'FORBIDDEN' } }],
    ['faults.refuse.code: expected an error code', { refuse: { rate: 1 } }],
  ])('say what is wrong: %s', (message, faults) => {
    expect(() => planOf(faults as Faults)).toThrow(message);
  });
});
