import { io, type Socket } from 'socket.io-client';
import { ownInstallation, type Program, serving } from '../support/process.js';
import { Proxy } from '../support/proxy.js';
import { RedisLink } from '../../src/redis/redis-link.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { pause } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

const LEASE_MS = 1_500;
/** So long that who moves to another node is there before it is over, on a busy machine too. */
const GRACE_MS = 2_000;

interface Status {
  userId: number;
  online: boolean;
}

/** What a client was told of somebody, so far. */
const toldOf = (client: Client, userId: number): boolean[] =>
  (client.unread('userStatus') as Status[])
    .filter((status) => status.userId === userId)
    .map(({ online }) => online);

describeWithRedis('Presence over nodes', () => {
  let redis: Redis;
  let proxy: Proxy;
  let one: World;
  let other: World;
  const settings = { PRESENCE_GRACE_MS: String(GRACE_MS), PRESENCE_LEASE_MS: String(LEASE_MS) };
  beforeAll(async () => {
    redis = await Redis.start();
    proxy = await Proxy.before(redis.url);
    one = await World.start({ ...settings, REDIS_URL: redis.url });
    const DATABASE_URL = one.config.database.url!;
    other = await World.start({ ...settings, REDIS_URL: proxy.url, DATABASE_URL });
  });
  afterAll(async () => {
    await other.stop();
    await one.stop();
    await proxy.close();
    redis.close();
  });

  const onlineAt = async (world: World): Promise<number[]> => {
    const { body } = await world.http.get('/users/online').expect(200);
    return (body as Status[]).map(({ userId }) => userId);
  };
  const isUp = async (world: World) =>
    ((await world.http.get('/health/ready')).body as { redis: string }).redis === 'up';

  /** Alice, who has a chat with somebody who has not come yet. */
  const friends = async (): Promise<{ alice: Client; bobId: number }> => {
    const alice = await one.person();
    const bobId = one.newId();
    await alice.ok('createChat', { user1Id: alice.userId, user2Id: bobId });
    return { alice, bobId };
  };
  /** Cuts the connection as a lost network does. */
  const drop = (client: Client): void => {
    client.socket.io.reconnection(false);
    client.socket.io.engine.close();
  };

  it('is the same on every node, and each change is announced once to users on any of them', async () => {
    const { alice, bobId } = await friends();
    const aliceToo = await other.person(alice.userId);
    const [phone, laptop] = [await other.person(bobId), await one.person(bobId)];
    for (const world of [one, other]) expect(await onlineAt(world)).toContain(bobId);
    await phone.ok('userOffline');
    expect(await onlineAt(other)).toContain(bobId);
    await laptop.ok('userOffline');
    for (const world of [one, other]) expect(await onlineAt(world)).not.toContain(bobId);
    for (const device of [alice, aliceToo]) {
      await eventually(() => toldOf(device, bobId).length >= 2);
      expect(toldOf(device, bobId)).toEqual([true, false]);
    }
  });

  it('does not change when somebody moves to another node within the grace period', async () => {
    const { alice, bobId } = await friends();
    let bob = await one.person(bobId);
    for (const next of [other, one, other]) {
      drop(bob);
      bob = await next.person(bobId);
    }
    await pause(GRACE_MS * 1.5);
    await alice.settled();
    expect(toldOf(alice, bobId)).toEqual([true]);
    drop(bob);
    await eventually(() => toldOf(alice, bobId).length === 2);
    expect(await onlineAt(one)).not.toContain(bobId);
  });

  it('ends with the lease of a node that is cut off, and is back with its link', async () => {
    const { alice, bobId } = await friends();
    const bob = await other.person(bobId);
    await eventually(() => toldOf(alice, bobId).length === 1);
    proxy.freeze();
    await eventually(() => toldOf(alice, bobId).length === 2);
    expect(await onlineAt(one)).not.toContain(bobId);
    expect(await onlineAt(other)).toContain(bobId);
    proxy.resume();
    await eventually(() => toldOf(alice, bobId).length === 3);
    expect(toldOf(alice, bobId)).toEqual([true, false, true]);
    expect(await onlineAt(one)).toContain(bobId);
    bob.close();
  });

  it('is entered again in a Redis that comes back empty, and nothing is announced', async () => {
    const { alice, bobId } = await friends();
    const bob = await other.person(bobId);
    await eventually(() => toldOf(alice, bobId).length === 1);
    await redis.kill();
    await eventually(async () => !(await isUp(one)) && !(await isUp(other)));
    // Served without it.
    expect(await bob.ok('getOnlineUsers')).toContainEqual(expect.objectContaining({ userId: bobId }));
    await redis.launch();
    await eventually(async () => (await isUp(one)) && (await isUp(other)));
    for (const world of [one, other]) {
      await eventually(async () => {
        const online = await onlineAt(world);
        return online.includes(bobId) && online.includes(alice.userId);
      });
    }
    await alice.settled();
    expect(toldOf(alice, bobId)).toEqual([true]);
    drop(bob);
    await eventually(() => toldOf(alice, bobId).length === 2);
  });

  it('is announced again when its announcement was lost with the link', async () => {
    const { alice, bobId } = await friends();
    const publish = jest.spyOn(RedisLink.prototype, 'publish').mockRejectedValueOnce(new Error('lost'));
    const bob = await other.person(bobId);
    await eventually(() => toldOf(alice, bobId).length === 1);
    publish.mockRestore();
    expect(toldOf(alice, bobId)).toEqual([true]);
    await eventually(async () => (await isUp(one)) && (await isUp(other)));
    await bob.ok('userOffline');
    await eventually(() => toldOf(alice, bobId).length === 2);
  });

  it('is announced again, too, when somebody has become invisible', async () => {
    const { alice, bobId } = await friends();
    const bob = await other.person(bobId);
    await eventually(() => toldOf(alice, bobId).length === 1);
    const publish = jest.spyOn(RedisLink.prototype, 'publish').mockRejectedValueOnce(new Error('lost'));
    await bob.ok('setVisibility', { visible: false });
    await eventually(() => toldOf(alice, bobId).length === 2);
    publish.mockRestore();
    expect(toldOf(alice, bobId)).toEqual([true, false]);
    await eventually(async () => (await isUp(one)) && (await isUp(other)));
  });

  it('forgets users who left while Redis was away', async () => {
    const { alice, bobId } = await friends();
    const bob = await other.person(bobId);
    await eventually(() => toldOf(alice, bobId).length === 1);
    await proxy.refuse();
    await eventually(async () => !(await isUp(other)));
    await bob.ok('userOffline');
    await proxy.accept();
    await eventually(() => toldOf(alice, bobId).length === 2);
    for (const world of [one, other]) expect(await onlineAt(world)).not.toContain(bobId);
  });

  const lastSeen = async (userId: number): Promise<Date | null> => {
    const [row] = await one.sql<{ at: Date | null }>('SELECT "lastSeenAt" AS at FROM users WHERE id = $1', [
      userId,
    ]);
    return row!.at;
  };
  const another = (more: Record<string, string> = {}): Promise<World> =>
    World.start({ ...settings, ...more, REDIS_URL: redis.url, DATABASE_URL: one.config.database.url! });

  it('leaves alone when people were last seen who are at other nodes, when a node stops', async () => {
    const bob = await one.person();
    const leaving = await another();
    const carol = await leaving.person();
    const before = await lastSeen(bob.userId);
    await leaving.stop();
    expect(await lastSeen(bob.userId)).toEqual(before);
    // By the node that stops, or, where its lease has run out meanwhile, by the one that sweeps.
    await eventually(async () => (await lastSeen(carol.userId)) !== null);
  });

  it('tells other nodes who goes with a node that stops, and stores when, however short the time', async () => {
    const { alice, bobId } = await friends();
    const leaving = await another({ PRESENCE_GRACE_MS: '0' });
    const bob = await leaving.person(bobId);
    await eventually(() => toldOf(alice, bobId).length === 1);
    const others = await Promise.all(Array.from({ length: 20 }, () => leaving.person()));
    await leaving.stop();
    expect(bob.socket.connected).toBe(false);
    for (const { userId } of [bob, ...others]) expect(await lastSeen(userId)).not.toBeNull();
    await eventually(() => toldOf(alice, bobId).length === 2);
    expect(toldOf(alice, bobId)).toEqual([true, false]);
  });

  describe('at a node in a process of its own', () => {
    const own = ownInstallation();

    /** Bob at that process, and Alice, who hears of him, at the node of this test. */
    const apart = async (): Promise<{ program: Program; alice: Client; bobId: number; bob: Socket }> => {
      const { alice, bobId } = await friends();
      const program = own.installed.start({
        ...settings,
        REDIS_URL: redis.url,
        DATABASE_URL: one.config.database.url!,
        HOST: '127.0.0.1',
      });
      const { sockets } = await serving(program);
      const url = sockets.replace('localhost', '127.0.0.1');
      const bob = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
      await bob.emitWithAck('userOnline', bobId);
      await eventually(() => toldOf(alice, bobId).length === 1);
      return { program, alice, bobId, bob };
    };

    it('ends with its lease when it is killed', async () => {
      const { program, alice, bobId } = await apart();
      program.kill('SIGKILL');
      const killed = performance.now();
      await eventually(() => toldOf(alice, bobId).length === 2);
      // The lease, and two looks of the other node.
      expect(performance.now() - killed).toBeLessThan(LEASE_MS + 1_500);
      expect(toldOf(alice, bobId)).toEqual([true, false]);
      expect(await onlineAt(one)).not.toContain(bobId);
    });

    it('ends with its lease while it is frozen, and is back when it wakes', async () => {
      const { program, alice, bobId, bob } = await apart();
      program.kill('SIGSTOP');
      await eventually(() => toldOf(alice, bobId).length === 2);
      program.kill('SIGCONT');
      await eventually(() => toldOf(alice, bobId).length === 3);
      expect(toldOf(alice, bobId)).toEqual([true, false, true]);
      bob.disconnect();
      await eventually(() => toldOf(alice, bobId).length === 4);
      program.kill('SIGTERM');
      expect(await program.exited).toBe(0);
    });

    it('outlives its stop by the grace period: who moves meanwhile was never away', async () => {
      const { program, alice, bobId } = await apart();
      const carolId = one.newId();
      await alice.ok('createChat', { user1Id: alice.userId, user2Id: carolId });
      program.kill('SIGTERM');
      expect(await program.exited).toBe(0);
      const bob = await one.person(bobId);
      await pause(GRACE_MS + LEASE_MS);
      expect(toldOf(alice, bobId)).toEqual([true]);
      drop(bob);
      await eventually(() => toldOf(alice, bobId).length === 2);
    });

    it('ends with the grace period when nobody comes back', async () => {
      const { program, alice, bobId } = await apart();
      program.kill('SIGTERM');
      expect(await program.exited).toBe(0);
      await eventually(() => toldOf(alice, bobId).length === 2);
      expect(toldOf(alice, bobId)).toEqual([true, false]);
      const [row] = await one.sql<{ at: Date }>('SELECT "lastSeenAt" AS at FROM users WHERE id = $1', [
        bobId,
      ]);
      expect(Date.now() - row!.at.getTime()).toBeGreaterThanOrEqual(GRACE_MS);
    });
  });
});
