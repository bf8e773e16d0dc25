import { Semaphore } from './semaphore.js';

const tick = () => new Promise((resolve) => setImmediate(resolve));

describe('A semaphore', () => {
  let now = 0;
  let ends: (() => void)[];
  let started: number;
  const turns = (maxWaiting = 2) =>
    new Semaphore({ atOnce: 1, maxWaiting, patienceMs: 100, refusal: () => new Error('too many') });
  const work = async (): Promise<string> => {
    started++;
    await new Promise<void>((resolve) => ends.push(resolve));
    return 'done';
  };

  beforeEach(() => {
    now = 0;
    ends = [];
    started = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  it('starts one task after another, in order', async () => {
    const queue = turns();
    const both = [queue.run(work), queue.run(work)];
    await tick();
    expect(started).toBe(1);
    ends[0]!();
    expect(await both[0]).toBe('done');
    await tick();
    expect(started).toBe(2);
    ends[1]!();
    expect(await both[1]).toBe('done');
  });

  it('refuses a task when too many wait, without starting it', async () => {
    const queue = turns(1);
    const taken = [queue.run(work), queue.run(work)];
    await expect(queue.run(work)).rejects.toThrow('too many');
    await tick();
    ends[0]!();
    await taken[0];
    await tick();
    ends[1]!();
    await taken[1];
    expect(started).toBe(2);
  });

  it('refuses a task that has waited too long, and runs the next one', async () => {
    const queue = turns();
    const first = queue.run(work);
    const second = queue.run(work);
    now = 90;
    const third = queue.run(work);
    await tick();
    now = 110;
    ends[0]!();
    await first;
    await expect(second).rejects.toThrow('too many');
    await tick();
    ends[1]!();
    expect(await third).toBe('done');
    expect(started).toBe(2);
  });

  it('continues after a task that failed', async () => {
    const queue = turns();
    await expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await queue.run(() => Promise.resolve('next'))).toBe('next');
  });
});
