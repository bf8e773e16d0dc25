import { Pacer } from './pacer.js';

const EVERY_MS = 10;

describe('A pacer', () => {
  let pacer: Pacer;
  let entered: number[];

  beforeEach(() => {
    jest.useFakeTimers();
    pacer = new Pacer({ everyMs: EVERY_MS, most: 3, lateMs: 5, maxWaiting: 6 });
    entered = [];
    jest.advanceTimersByTime(1_000);
  });
  afterEach(() => jest.useRealTimers());

  const submit = (...numbers: number[]): boolean[] =>
    numbers.map((number) => pacer.submit(() => entered.push(number)));

  it('lets calls in at once when there are few', () => {
    submit(1, 2, 3);
    expect(entered).toEqual([1, 2, 3]);
    jest.advanceTimersByTime(EVERY_MS);
    submit(4);
    expect(entered).toEqual([1, 2, 3, 4]);
  });

  it('lets in a few at a time, in the order of arrival', () => {
    submit(1, 2, 3, 4, 5, 6, 7, 8);
    expect(entered).toEqual([1, 2, 3]);
    jest.advanceTimersByTime(EVERY_MS);
    expect(entered).toEqual([1, 2, 3, 4, 5, 6]);
    submit(9);
    expect(entered).toHaveLength(6);
    jest.advanceTimersByTime(EVERY_MS);
    expect(entered).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('lets in one at a time while the process is late', () => {
    submit(1, 2, 3, 4, 5, 6);
    const now = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + EVERY_MS + 50);
    jest.advanceTimersByTime(EVERY_MS);
    expect(entered).toEqual([1, 2, 3, 4]);
    now.mockRestore();
  });

  it('refuses calls when too many wait', () => {
    submit(1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(submit(10)).toEqual([false]);
    jest.advanceTimersByTime(10 * EVERY_MS);
    expect(entered).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(submit(11)).toEqual([true]);
  });

  it('resolves wait() at the same pace', async () => {
    const one = new Pacer({ everyMs: EVERY_MS, most: 1 });
    const goes = Promise.all([1, 2, 3].map((number) => one.wait().then(() => entered.push(number))));
    await jest.advanceTimersByTimeAsync(0);
    expect(entered).toEqual([1]);
    await jest.advanceTimersByTimeAsync(EVERY_MS);
    expect(entered).toEqual([1, 2]);
    await jest.advanceTimersByTimeAsync(EVERY_MS);
    await goes;
    expect(entered).toEqual([1, 2, 3]);
  });

  it('lets nothing in once it is stopped', () => {
    submit(1, 2, 3, 4, 5);
    pacer.stop();
    jest.advanceTimersByTime(10 * EVERY_MS);
    expect(entered).toEqual([1, 2, 3]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
