import { MemoryPresenceStore } from './memory-presence-store.js';
import type { PresenceChange } from './presence-store.js';

const GRACE_MS = 5_000;
const START = Date.UTC(2026, 10, 22);
const BOB = 2;

describe('The presence map', () => {
  let store: MemoryPresenceStore;
  let changes: PresenceChange[];

  beforeEach(() => {
    jest.useFakeTimers({ now: START });
    changes = [];
    store = new MemoryPresenceStore(GRACE_MS, (change) => changes.push(change));
  });
  afterEach(async () => {
    await store.close();
    jest.useRealTimers();
  });

  const isOnline = async (): Promise<boolean> => (await store.onlineAmong([BOB])).has(BOB);
  const announced = (): boolean[] => changes.map(({ online }) => online);
  const drop = (connection: string) => store.leave(BOB, connection, { grace: true });
  const leave = (connection: string) => store.leave(BOB, connection, { grace: false });

  it('announces a user once, however many connections they open', async () => {
    await store.enter(BOB, 'phone');
    await store.enter(BOB, 'laptop');
    await store.enter(BOB, 'phone');
    expect(changes).toEqual([{ userId: BOB, online: true, at: new Date(START) }]);
    expect(await isOnline()).toBe(true);
  });

  it('takes a user offline with their last connection, at once when they leave', async () => {
    await store.enter(BOB, 'phone');
    await store.enter(BOB, 'laptop');
    await leave('phone');
    expect(announced()).toEqual([true]);
    await leave('laptop');
    expect(announced()).toEqual([true, false]);
    expect(await isOnline()).toBe(false);
  });

  it('keeps a user online for the grace period after a drop, and then announces the time of the drop', async () => {
    await store.enter(BOB, 'phone');
    jest.setSystemTime(START + 1_000);
    await drop('phone');
    jest.advanceTimersByTime(GRACE_MS - 1);
    expect(await isOnline()).toBe(true);
    expect(announced()).toEqual([true]);
    jest.advanceTimersByTime(1);
    expect(await isOnline()).toBe(false);
    expect(changes[1]).toEqual({ userId: BOB, online: false, at: new Date(START + 1_000) });
  });

  it('announces nothing when a user reconnects within the grace period', async () => {
    await store.enter(BOB, 'phone');
    await drop('phone');
    jest.advanceTimersByTime(GRACE_MS - 1);
    await store.enter(BOB, 'phone again');
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(await isOnline()).toBe(true);
    expect(announced()).toEqual([true]);
  });

  it('starts the grace period anew with the next drop', async () => {
    await store.enter(BOB, 'phone');
    await drop('phone');
    jest.advanceTimersByTime(GRACE_MS - 1);
    await store.enter(BOB, 'phone again');
    await drop('phone again');
    jest.advanceTimersByTime(GRACE_MS - 1);
    expect(await isOnline()).toBe(true);
    jest.advanceTimersByTime(1);
    expect(announced()).toEqual([true, false]);
  });

  it('starts no grace period for a drop while another connection is open', async () => {
    await store.enter(BOB, 'phone');
    await store.enter(BOB, 'laptop');
    await drop('phone');
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(announced()).toEqual([true]);
  });

  it('takes a user offline at once when their last connection leaves after another has dropped', async () => {
    await store.enter(BOB, 'phone');
    await store.enter(BOB, 'laptop');
    await drop('phone');
    await leave('laptop');
    expect(announced()).toEqual([true, false]);
  });

  it('ignores connections that it does not know, and repeated leaves', async () => {
    await leave('nobody');
    await store.enter(BOB, 'phone');
    await drop('another');
    await drop('phone');
    await drop('phone');
    await leave('phone');
    jest.advanceTimersByTime(GRACE_MS);
    expect(announced()).toEqual([true, false]);
  });

  it('has no grace period when it is configured as 0', async () => {
    const strict = new MemoryPresenceStore(0, (change) => changes.push(change));
    await strict.enter(BOB, 'phone');
    await strict.leave(BOB, 'phone', { grace: true });
    expect(announced()).toEqual([true, false]);
  });

  it('lists online users up to a limit, and finds them among others', async () => {
    for (const userId of [1, 2, 3]) await store.enter(userId, `phone of ${userId}`);
    await store.leave(2, 'phone of 2', { grace: false });
    expect(await store.online(10)).toEqual([1, 3]);
    expect(await store.online(1)).toEqual([1]);
    expect(await store.onlineAmong([3, 2, 9])).toEqual(new Set([3]));
    expect(await store.onlineAmong([])).toEqual(new Set());
  });

  it('announces nothing once it is closed', async () => {
    await store.enter(BOB, 'phone');
    await drop('phone');
    await store.close();
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(announced()).toEqual([true]);
    expect(await isOnline()).toBe(false);
  });
});
