import { ChangeWindow, type Gathered } from './change-window.js';

const WINDOW_MS = 50;
const RETRY_MS = 1_000;
const MOST = 3;

describe('A window of changes of presence', () => {
  let online: Set<number>;
  let told: [userId: number, online: boolean][];
  let batches: number[];
  /** What `tell` waits for before it looks who is online. */
  let hold: Promise<void>;
  let failures: number;
  let window: ChangeWindow;

  beforeEach(() => {
    jest.useFakeTimers();
    online = new Set();
    told = [];
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
      told.push([gathered.userId, now]);
    }
  };
  const comes = (userId: number): void => {
    online.add(userId);
    window.add(userId, false);
  };
  const goes = (userId: number): void => {
    online.delete(userId);
    window.add(userId, true);
  };
  const pass = (ms: number): Promise<void> => jest.advanceTimersByTimeAsync(ms);

  it('tells the first change at once, those after it together', async () => {
    comes(1);
    await pass(1);
    expect(told).toEqual([[1, true]]);
    comes(2);
    comes(3);
    await pass(WINDOW_MS - 2);
    expect(told).toHaveLength(1);
    await pass(1);
    expect(told).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
    expect(batches).toEqual([1, 2]);
  });

  it('tells nobody of who went and came back, or came and went', async () => {
    comes(1);
    await pass(1);
    goes(1);
    comes(2);
    comes(1);
    goes(2);
    await pass(10 * WINDOW_MS);
    expect(told).toEqual([[1, true]]);
  });

  it('tells many in pieces, without a pause between them', async () => {
    for (let userId = 1; userId <= 8; userId++) comes(userId);
    await pass(1);
    expect(batches).toEqual([3, 3, 2]);
    expect(told).toHaveLength(8);
  });

  it('tells nothing twice of who changed while they were being told of', async () => {
    let release: () => void = () => undefined;
    hold = new Promise((resolve) => (release = resolve));
    comes(1);
    await pass(1);
    goes(1);
    release();
    await pass(10 * WINDOW_MS);
    expect(told).toEqual([]);
    comes(1);
    await pass(WINDOW_MS);
    goes(1);
    await pass(WINDOW_MS);
    expect(told).toEqual([
      [1, true],
      [1, false],
    ]);
  });

  it('tells later what could not be told, as it is then', async () => {
    failures = 2;
    comes(1);
    comes(2);
    await pass(1);
    goes(2);
    comes(3);
    await pass(RETRY_MS - 2);
    expect(told).toEqual([]);
    await pass(2 * RETRY_MS);
    expect(told.sort()).toEqual([
      [1, true],
      [3, true],
    ]);
  });

  it('tells at once what waits when it is flushed, and what comes meanwhile', async () => {
    let release: () => void = () => undefined;
    hold = new Promise((resolve) => (release = resolve));
    comes(1);
    await pass(1);
    comes(2);
    const flushed = window.flush();
    comes(3);
    release();
    await flushed;
    expect(told).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
  });

  it('leaves for later what can not be told when it is flushed', async () => {
    failures = 1;
    comes(1);
    await window.flush();
    expect(told).toEqual([]);
    await pass(RETRY_MS);
    expect(told).toEqual([[1, true]]);
  });

  it('tells nothing once it is stopped', async () => {
    comes(1);
    window.stop();
    comes(2);
    await pass(10 * WINDOW_MS);
    expect(batches).toEqual([]);
  });
});
