import { spawnSync } from 'node:child_process';
import { fixedPort } from '../../tools/chaos/subjects/ports.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

/** Three masters that share the slots. */
async function startCluster(): Promise<Redis[]> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
  // Else it is the port plus 10,000, where outgoing connections may be.
  const busPorts = await Promise.all([fixedPort(), fixedPort(), fixedPort()]);
  const servers = await Promise.all(
    busPorts.map((bus) => Redis.start([...args, '--cluster-port', `${bus}`])),
  );
  const addresses = servers.map(({ port }, i) => `127.0.0.1:${port}@${busPorts[i]}`);
  const made = spawnSync(
    'redis-cli',
    ['--cluster', 'create', ...addresses, '--cluster-replicas', '0', '--cluster-yes'],
    { encoding: 'utf8', timeout: 30_000 },
  );
  if (made.status !== 0) throw new Error(made.stdout + made.stderr);
  return servers;
}

describeWithRedis('Nodes over a Redis Cluster', () => {
  let servers: Redis[];
  let one: World;
  let other: World;
  beforeAll(async () => {
    servers = await startCluster();
    const REDIS_URL = `redis+cluster://${servers.map(({ port }) => `127.0.0.1:${port}`).join(',')}`;
    one = await World.start({ REDIS_URL });
    other = await World.start({ REDIS_URL, DATABASE_URL: one.config.database.url! });
    await eventually(() => isUp(one));
    await eventually(() => isUp(other));
  });
  afterAll(async () => {
    await other.stop();
    await one.stop();
    for (const server of servers) server.close();
  });

  const isUp = async (world: World) =>
    ((await world.http.get('/health/ready')).body as { redis: string }).redis === 'up';

  const talk = async (from: Client, to: Client): Promise<void> => {
    const message = await from.ok('sendMessage', { receiverId: to.userId, content: 'hi' });
    expect(await to.next('newMessage')).toEqual(message);
  };

  it('receive each other’s events, whichever shard a room is on', async () => {
    for (let pair = 0; pair < 12; pair++) {
      const [alice, bob] = [await one.person(), await other.person(one.newId())];
      await talk(alice, bob);
      await talk(bob, alice);
    }
  });

  it('know the same people as online, each change being told once', async () => {
    const alice = await one.person();
    const bobs: Client[] = [];
    for (let i = 0; i < 8; i++) bobs.push(await other.person(one.newId()));
    for (const bob of bobs) await alice.ok('createChat', { user1Id: alice.userId, user2Id: bob.userId });
    const online = await alice.ok<{ userId: number }[]>('getOnlineUsers');
    expect(online.map(({ userId }) => userId)).toEqual(
      expect.arrayContaining([alice.userId, ...bobs.map(({ userId }) => userId)]),
    );
    for (const bob of bobs) await bob.ok('userOffline');
    // That they had come may be told late: changes are gathered.
    const gone: number[] = [];
    while (gone.length < bobs.length) {
      const status = await alice.next<{ userId: number; online: boolean }>('userStatus');
      if (!status.online) gone.push(status.userId);
    }
    expect(gone.sort()).toEqual(bobs.map(({ userId }) => userId).sort());
    await alice.settled();
    expect(alice.unread('userStatus')).toEqual([]);
  });

  it('work alone when a shard is gone, say so, and tell their users to sync when it is back', async () => {
    const [alice, bob] = [await one.person(), await other.person(one.newId())];
    await talk(alice, bob);
    servers[1]!.freeze();
    await eventually(async () => !(await isUp(one)) && !(await isUp(other)));
    await alice.ok('sendMessage', { receiverId: bob.userId, content: 'unheard' });
    servers[1]!.thaw();
    await eventually(async () => (await isUp(one)) && (await isUp(other)));
    expect(await bob.next('syncNeeded')).toEqual({ withinMs: expect.any(Number) });
    await talk(bob, alice);
  });
});
