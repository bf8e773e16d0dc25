import { ChangeWindow, type Gathered } from './change-window.js';

const WINDOW_MS = 50;
const RETRY_MS = 1_000;
const MOST = 3;

describe('A window of presence changes', () => {
  let online: Set<number>;
  let announced: [userId: number, online: boolean][];
  let batches: number[];
  /** `tell` waits for this before it checks who is online. */
  let hold: Promise<void>;
  let failures: number;
  let window: ChangeWindow;

  beforeEach(() => {
    jest.useFakeTimers();
    online = new Set();
    announced = [];
    batches = [];
    hold = Promise.resolve();
    failures = 0;
    window = new ChangeWindow({ windowMs: WINDOW_MS, retryMs: RETRY_MS, most: MOST, tell });
  });
  afterEach(() => {
    window.stop();
    jest.useRealTimers();
  });

  const tell = async (batch: readonly Gathered[]): Promise<void> => {
    batches.push(batch.length);
    await hold;
    if (failures-- > 0) throw new Error('away');
    for (const gathered of batch) {
      const now = online.has(gathered.userId);
      if (now === gathered.believed) continue;
      gathered.believed = now;
      announced.push([gathered.userId, now]);
    }
  };
  const arrive = (userId: number): void => {
    online.add(userId);
    window.add(userId, false);
  };
  const depart = (userId: number): void => {
    online.delete(userId);
    window.add(userId, true);
  };
  const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

  it('announces the first change at once and those after it together', async () => {
    arrive(1);
    await pass(1);
    expect(announced).toEqual([[1, true]]);
    arrive(2);
    arrive(3);
    await pass(WINDOW_MS - 2);
    expect(announced).toHaveLength(1);
    await pass(1);
    expect(announced).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
    expect(batches).toEqual([1, 2]);
  });

  it('announces nothing when a user leaves and returns, or arrives and leaves', async () => {
    arrive(1);
    await pass(1);
    depart(1);
    arrive(2);
    arrive(1);
    depart(2);
    await pass(10 * WINDOW_MS);
    expect(announced).toEqual([[1, true]]);
  });

  it('announces many changes in batches, without a pause between them', async () => {
    for (let userId = 1; userId <= 8; userId++) arrive(userId);
    await pass(1);
    expect(batches).toEqual([3, 3, 2]);
    expect(announced).toHaveLength(8);
  });

  it('announces no state twice when a user changes during an announcement', async () => {
    let release: () => void = () => undefined;
    hold = new Promise((resolve) => (release = resolve));
    arrive(1);
    await pass(1);
    depart(1);
    release();
    await pass(10 * WINDOW_MS);
    expect(announced).toEqual([]);
    arrive(1);
    await pass(WINDOW_MS);
    depart(1);
    await pass(WINDOW_MS);
    expect(announced).toEqual([
      [1, true],
      [1, false],
    ]);
  });

  it('retries a failed announcement with the state at that time', async () => {
    failures = 2;
    arrive(1);
    arrive(2);
    await pass(1);
    depart(2);
    arrive(3);
    await pass(RETRY_MS - 2);
    expect(announced).toEqual([]);
    await pass(2 * RETRY_MS);
    expect(announced.sort()).toEqual([
      [1, true],
      [3, true],
    ]);
  });

  it('announces what waits at once when it is flushed, and what arrives meanwhile', async () => {
    let release: () => void = () => undefined;
    hold = new Promise((resolve) => (release = resolve));
    arrive(1);
    await pass(1);
    arrive(2);
    const flushed = window.flush();
    arrive(3);
    release();
    await flushed;
    expect(announced).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
  });

  it('retries later when a flush fails', async () => {
    failures = 1;
    arrive(1);
    await window.flush();
    expect(announced).toEqual([]);
    await pass(RETRY_MS);
    expect(announced).toEqual([[1, true]]);
  });

  it('announces nothing once it is stopped', async () => {
    arrive(1);
    window.stop();
    arrive(2);
    await pass(10 * WINDOW_MS);
    expect(batches).toEqual([]);
  });
});
