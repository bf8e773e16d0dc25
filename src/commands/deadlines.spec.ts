import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import type { Call } from './call.js';
import { Deadlines } from './deadlines.js';

/** A call of now, as far as deadlines know it. */
function newCall() {
  const call = {
    since: performance.now(),
    answered: false,
    error: '',
    fail({ code }: { code: string }) {
      call.answered = true;
      call.error = code;
    },
  };
  return call;
}

describe('Deadlines', () => {
  let deadlines: Deadlines;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    deadlines = new Deadlines();
  });
  afterEach(() => {
    deadlines.stop();
    jest.useRealTimers();
  });

  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('answers what is late, some in each turn of the event loop, and nothing else', async () => {
    const early = Array.from({ length: 100 }, newCall);
    for (const call of early) deadlines.add(call as unknown as Call);
    early[10]!.answered = true;
    jest.advanceTimersByTime(1_000);
    const late = newCall();
    deadlines.add(late as unknown as Call);
    jest.advanceTimersByTime(ANSWER_WITHIN_MS - 1_000);
    const inFirst = early.filter(({ error }) => error !== '').length;
    expect(inFirst).toBeGreaterThan(0);
    expect(inFirst).toBeLessThan(50);
    for (let i = 0; i < 5; i++) await turn();
    expect(early.filter(({ error }) => error === 'UNAVAILABLE')).toHaveLength(99);
    expect(deadlines.unanswered()).toEqual([late]);
    jest.advanceTimersByTime(1_000);
    expect(late.error).toBe('UNAVAILABLE');
    expect(deadlines.unanswered()).toEqual([]);
  });
});
