import { MemoryPresenceStore } from '../../src/presence/memory-presence-store.js';
import type { PresenceChange, PresenceStore } from '../../src/presence/presence-store.js';
import { type PresenceNode, presenceNode } from '../support/presence-nodes.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { pause } from '../support/time.js';
import { eventually } from '../support/world.js';

const GRACE_MS = 250;
const LEASE_MS = 1_500;
const BOB = 2;

/** Stores of nodes that share what they know, and all changes that any of them was told, in order. */
interface Deployment {
  stores: PresenceStore[];
  changes: PresenceChange[];
  close(): Promise<void>;
}

async function memory(graceMs: number): Promise<Deployment> {
  const changes: PresenceChange[] = [];
  const store = new MemoryPresenceStore(graceMs, (change) => changes.push(change));
  return { stores: [store], changes, close: () => store.close() };
}

let prefixes = 0;

async function nodes(redis: Redis, count: number, graceMs: number): Promise<Deployment> {
  const prefix = `test${++prefixes}`;
  const changes: PresenceChange[] = [];
  const started: PresenceNode[] = [];
  for (let i = 0; i < count; i++) {
    started.push(await presenceNode(redis, { prefix, graceMs, leaseMs: LEASE_MS }, changes));
  }
  return {
    stores: started.map(({ store }) => store),
    changes,
    async close() {
      for (const node of started) await node.close();
    },
  };
}

/** What holds of every presence store, whichever node a connection is at. */
function rules(deploy: (graceMs: number) => Promise<Deployment>): void {
  let all: Deployment;
  let turn = 0;
  const places = new Map<string, PresenceStore>();
  beforeEach(async () => {
    all = await deploy(GRACE_MS);
  });
  afterEach(() => all.close());

  /** Each connection is at the next node. */
  const enter = async (connection: string): Promise<void> => {
    const store = places.get(connection) ?? all.stores[turn++ % all.stores.length]!;
    places.set(connection, store);
    await store.enter(BOB, connection);
  };
  const leave = async (connection: string, grace: boolean): Promise<void> => {
    const store = places.get(connection) ?? all.stores[0]!;
    places.delete(connection);
    await store.leave(BOB, connection, { grace });
  };
  const told = () => all.changes.map(({ online }) => online);
  const isOnline = async (): Promise<boolean> => {
    const found = await Promise.all(all.stores.map((store) => store.onlineAmong([BOB])));
    const states = new Set(found.map((online) => online.has(BOB)));
    expect(states.size).toBe(1);
    return states.has(true);
  };
  const graceIsOver = (graceMs = GRACE_MS) => pause(graceMs * 1.6);

  it('knows nobody at first', async () => {
    expect(await isOnline()).toBe(false);
    expect(await all.stores[0]!.online(10)).toEqual([]);
  });

  it('tells of the first connection and of the last one going, each once', async () => {
    await enter('phone');
    await enter('laptop');
    await enter('desk');
    await leave('phone', false);
    await leave('desk', false);
    expect(await isOnline()).toBe(true);
    const before = Date.now();
    await leave('laptop', false);
    expect(await isOnline()).toBe(false);
    expect(told()).toEqual([true, false]);
    expect(all.changes[1]!.at.getTime()).toBeGreaterThanOrEqual(before);
  });

  it('tells of a drop when the grace period is over, with the moment of the drop', async () => {
    await enter('phone');
    const before = Date.now();
    await leave('phone', true);
    const after = Date.now();
    expect(await isOnline()).toBe(true);
    await eventually(() => all.changes.length === 2);
    expect(told()).toEqual([true, false]);
    expect(await isOnline()).toBe(false);
    expect(all.changes[1]!.at.getTime()).toBeGreaterThanOrEqual(before);
    expect(all.changes[1]!.at.getTime()).toBeLessThanOrEqual(after);
  });

  it('tells nothing of a drop when the person is back within the grace period, wherever', async () => {
    await all.close();
    // So long that they are back before it is over, on a busy machine too.
    const graceMs = 4 * GRACE_MS;
    all = await deploy(graceMs);
    await enter('phone');
    for (let round = 0; round < 4; round++) {
      await leave(round === 0 ? 'phone' : `phone ${round}`, true);
      await enter(`phone ${round + 1}`);
    }
    await graceIsOver(graceMs);
    expect(await isOnline()).toBe(true);
    expect(told()).toEqual([true]);
    await leave('phone 4', false);
    expect(told()).toEqual([true, false]);
  });

  it('needs no grace period for a drop while another connection is there', async () => {
    await enter('phone');
    await enter('laptop');
    await leave('phone', true);
    await graceIsOver();
    expect(told()).toEqual([true]);
    await leave('laptop', false);
    expect(told()).toEqual([true, false]);
  });

  it('ends at once when the last of the connections says goodbye after another has dropped', async () => {
    await enter('phone');
    await enter('laptop');
    await leave('phone', true);
    await leave('laptop', false);
    expect(await isOnline()).toBe(false);
    await graceIsOver();
    expect(told()).toEqual([true, false]);
  });

  it('does not mind connections that it does not know, nor the same one twice', async () => {
    await leave('nobody', true);
    await enter('phone');
    await enter('phone');
    await leave('another', true);
    await leave('phone', true);
    await eventually(() => all.changes.length === 2);
    await leave('phone', true);
    await graceIsOver();
    expect(told()).toEqual([true, false]);
  });

  it('tells a change once, however many connections come and go at once', async () => {
    const connections = Array.from({ length: 40 }, (_, i) => `device ${i}`);
    await Promise.all(connections.map((connection) => enter(connection)));
    expect(told()).toEqual([true]);
    await Promise.all(connections.map((connection, i) => leave(connection, i % 2 === 0)));
    await eventually(async () => !(await isOnline()));
    await graceIsOver();
    expect(told()).toEqual([true, false]);
  });

  it('lists who is online, as many as asked for, and finds them among others', async () => {
    for (let userId = 1; userId <= 6; userId++) {
      await all.stores[userId % all.stores.length]!.enter(userId, `phone of ${userId}`);
    }
    await all.stores[2 % all.stores.length]!.leave(2, 'phone of 2', { grace: false });
    for (const store of all.stores) {
      expect((await store.online(10)).sort()).toEqual([1, 3, 4, 5, 6]);
      expect(await store.online(2)).toHaveLength(2);
      expect(await store.onlineAmong([3, 2, 9])).toEqual(new Set([3]));
      expect(await store.onlineAmong([])).toEqual(new Set());
    }
  });

  it('has no grace where it is configured away', async () => {
    const strict = await deploy(0);
    await strict.stores[0]!.enter(BOB, 'phone');
    await strict.stores[0]!.leave(BOB, 'phone', { grace: true });
    expect(strict.changes.map(({ online }) => online)).toEqual([true, false]);
    await strict.close();
  });

  it('tells nothing more once it is closed', async () => {
    await enter('phone');
    await leave('phone', true);
    for (const store of all.stores) await store.close();
    await graceIsOver();
    expect(told()).toEqual([true]);
  });
}

describe('The presence store in memory', () => rules(memory));

describeWithRedis('The presence store in Redis', () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = await Redis.start();
  });
  afterAll(() => redis.close());

  describe('of one node', () => rules((graceMs) => nodes(redis, 1, graceMs)));
  describe('of three nodes', () => rules((graceMs) => nodes(redis, 3, graceMs)));
});
