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
  const told = (): boolean[] => changes.map(({ online }) => online);
  const drop = (connection: string) => store.leave(BOB, connection, { grace: true });
  const leave = (connection: string) => store.leave(BOB, connection, { grace: false });

  it('tells once that somebody came, however many connections they have', async () => {
    await store.enter(BOB, 'phone');
    await store.enter(BOB, 'laptop');
    await store.enter(BOB, 'phone');
    expect(changes).toEqual([{ userId: BOB, online: true, at: new Date(START) }]);
    expect(await isOnline()).toBe(true);
  });

  it('takes somebody offline with their last connection, at once when they say so', async () => {
    await store.enter(BOB, 'phone');
    await store.enter(BOB, 'laptop');
    await leave('phone');
    expect(told()).toEqual([true]);
    await leave('laptop');
    expect(told()).toEqual([true, false]);
    expect(await isOnline()).toBe(false);
  });

  it('keeps somebody online through the grace period after a drop, and then tells the moment of the drop', async () => {
    await store.enter(BOB, 'phone');
    jest.setSystemTime(START + 1_000);
    await drop('phone');
    jest.advanceTimersByTime(GRACE_MS - 1);
    expect(await isOnline()).toBe(true);
    expect(told()).toEqual([true]);
    jest.advanceTimersByTime(1);
    expect(await isOnline()).toBe(false);
    expect(changes[1]).toEqual({ userId: BOB, online: false, at: new Date(START + 1_000) });
  });

  it('tells nothing of a drop when the person is back within the grace period', async () => {
    await store.enter(BOB, 'phone');
    await drop('phone');
    jest.advanceTimersByTime(GRACE_MS - 1);
    await store.enter(BOB, 'phone again');
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(await isOnline()).toBe(true);
    expect(told()).toEqual([true]);
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
    expect(told()).toEqual([true, false]);
  });

  it('needs no grace period for a drop while another connection is there', async () => {
    await store.enter(BOB, 'phone');
    await store.enter(BOB, 'laptop');
    await drop('phone');
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(told()).toEqual([true]);
  });

  it('ends at once when the last of the connections says goodbye after another has dropped', async () => {
    await store.enter(BOB, 'phone');
    await store.enter(BOB, 'laptop');
    await drop('phone');
    await leave('laptop');
    expect(told()).toEqual([true, false]);
  });

  it('does not mind connections that it does not know, nor the same one twice', async () => {
    await leave('nobody');
    await store.enter(BOB, 'phone');
    await drop('another');
    await drop('phone');
    await drop('phone');
    await leave('phone');
    jest.advanceTimersByTime(GRACE_MS);
    expect(told()).toEqual([true, false]);
  });

  it('has no grace where it is configured away', async () => {
    const strict = new MemoryPresenceStore(0, (change) => changes.push(change));
    await strict.enter(BOB, 'phone');
    await strict.leave(BOB, 'phone', { grace: true });
    expect(told()).toEqual([true, false]);
  });

  it('lists who is online, as many as asked for, and finds them among others', async () => {
    for (const userId of [1, 2, 3]) await store.enter(userId, `phone of ${userId}`);
    await store.leave(2, 'phone of 2', { grace: false });
    expect(await store.online(10)).toEqual([1, 3]);
    expect(await store.online(1)).toEqual([1]);
    expect(await store.onlineAmong([3, 2, 9])).toEqual(new Set([3]));
    expect(await store.onlineAmong([])).toEqual(new Set());
  });

  it('tells nothing more once it is closed', async () => {
    await store.enter(BOB, 'phone');
    await drop('phone');
    await store.close();
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(told()).toEqual([true]);
    expect(await isOnline()).toBe(false);
  });
});
