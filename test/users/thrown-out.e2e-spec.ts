import type { ErrorView } from '../../src/contract/index.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { pause } from '../support/time.js';
import { eventually, World } from '../support/world.js';

/** The promise, in milliseconds after the answer. */
const WITHIN_MS = 1_000;

/** Between two messages of each socket, in milliseconds. */
const FLOOD_EVERY_MS = 5;

/** How often the machine is asked how it is, and what one turn and one statement take on a quiet one. Milliseconds. */
const PROBE_EVERY_MS = 25;
const QUIET_MS = 15;

/** The time, in milliseconds, for which this machine stood still, or made a statement wait, until it is asked. */
function standstill(world: World): () => Promise<number> {
  let ms = 0;
  let ended = false;
  const probing = (async () => {
    while (!ended) {
      const began = performance.now();
      await world.sql('SELECT 1');
      await pause(PROBE_EVERY_MS);
      ms += Math.max(0, performance.now() - began - PROBE_EVERY_MS - QUIET_MS);
    }
  })();
  return async () => {
    ended = true;
    await probing;
    return ms;
  };
}

/** All sockets of somebody, three at each node, hear why and are closed in time in the middle of a flood, whoever was told. */
async function throwOut(nodes: readonly World[], told: World): Promise<void> {
  const userId = told.newId();
  const clients = await Promise.all(nodes.flatMap((node) => [1, 2, 3].map(() => node.person(userId))));
  const receiverId = told.newId();
  const closed = clients.map(({ socket }) => {
    const one = { at: 0, said: [] as string[] };
    socket.on('exception', ({ code }: ErrorView) => one.said.push(code));
    const flood = setInterval(() => {
      socket.emit('sendMessage', { senderId: userId, receiverId, content: 'on and on' });
    }, FLOOD_EVERY_MS);
    socket.once('disconnect', () => {
      one.at = performance.now();
      clearInterval(flood);
    });
    return one;
  });
  const stored = async () => {
    const [row] = await told.sql<{ count: string }>('SELECT count(*) FROM messages WHERE "senderId" = $1', [
      userId,
    ]);
    return Number(row!.count);
  };
  await eventually(async () => (await stored()) > 5);
  await told.http.post(`/users/${userId}/deactivate`).send({ reason: 'spam' }).expect(200);
  const answered = performance.now();
  const stood = standstill(told);
  await eventually(() => closed.every(({ at }) => at > 0));
  const stoodMs = await stood();
  const afterMs = Math.max(...closed.map(({ at }) => at)) - answered;
  expect(afterMs - stoodMs).toBeLessThan(WITHIN_MS);
  const whenClosed = await stored();
  await pause(100);
  expect(await stored()).toBe(whenClosed);
  for (const { said } of closed) expect(said.at(-1)).toBe('DEACTIVATED');
}

/** Each time at another moment of the looks, which come a few times a second. */
const TIMES = 4;

describe('Whoever is deactivated is out within a second of the answer,', () => {
  let one: World;
  let other: World;
  beforeAll(async () => {
    one = await World.start();
    other = await World.start({ DATABASE_URL: one.config.database.url! });
  });
  afterAll(async () => {
    await other.stop();
    await one.stop();
  });

  it('on the node that was told', async () => {
    for (let i = 0; i < TIMES; i++) await throwOut([one], one);
  });

  it('on nodes that are not connected by Redis', async () => {
    for (let i = 0; i < TIMES; i++) await throwOut([one, other], i % 2 ? other : one);
  });
});

describeWithRedis('With Redis, whoever is deactivated is out within a second of the answer,', () => {
  let redis: Redis;
  let nodes: World[];
  beforeAll(async () => {
    redis = await Redis.start();
    const one = await World.start({ REDIS_URL: redis.url });
    nodes = [one, await World.start({ REDIS_URL: redis.url, DATABASE_URL: one.config.database.url! })];
  });
  afterAll(async () => {
    redis.thaw();
    for (const node of nodes.toReversed()) await node.stop();
    redis.close();
  });

  it('on all nodes', async () => {
    for (let i = 0; i < TIMES; i++) await throwOut(nodes, nodes[i % 2]!);
  });

  it('on all nodes, also while Redis is away', async () => {
    redis.freeze();
    for (let i = 0; i < TIMES; i++) await throwOut(nodes, nodes[i % 2]!);
    redis.thaw();
  });
});
