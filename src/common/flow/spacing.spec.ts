import { Spacing } from './spacing.js';

describe('Spacing', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('calls those of a key some time apart, in their order, and those of others meanwhile', () => {
    const spacing = new Spacing<string>({ everyMs: 10, mostMs: 1_000 });
    const called: string[] = [];
    for (const name of ['a1', 'a2', 'a3', 'b1']) spacing.submit(name[0]!, () => called.push(name));
    expect(called).toEqual(['a1', 'b1']);
    jest.advanceTimersByTime(10);
    expect(called).toEqual(['a1', 'b1', 'a2']);
    jest.advanceTimersByTime(10);
    expect(called).toEqual(['a1', 'b1', 'a2', 'a3']);
  });

  it('does not call what would wait for too long', () => {
    const spacing = new Spacing<string>({ everyMs: 10, mostMs: 20 });
    const taken = [1, 2, 3, 4].map(() => spacing.submit('a', () => undefined));
    expect(taken).toEqual([true, true, true, false]);
  });

  it('remembers no key for which nobody waits', () => {
    const spacing = new Spacing<number>({ everyMs: 10, mostMs: 1_000 });
    for (let key = 0; key < 1_000; key++) spacing.submit(key, () => undefined);
    expect(spacing.size).toBe(1_000);
    jest.advanceTimersByTime(1_001);
    spacing.submit(-1, () => undefined);
    expect(spacing.size).toBe(1);
  });
});
