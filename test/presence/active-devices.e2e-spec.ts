import { redisUrl } from '../../src/config/redis-url.js';
import { ActiveDevices } from '../../src/presence/active-devices.js';
import { RedisLink } from '../../src/redis/redis-link.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { eventually, World } from '../support/world.js';

describeWithRedis('A device that is used right now', () => {
  let redis: Redis;
  let link: RedisLink;
  let world: World;
  let now: number;
  /** What another node knows. */
  let elsewhere: ActiveDevices;
  beforeAll(async () => {
    redis = await Redis.start();
    world = await World.start({ REDIS_URL: redis.url });
    link = new RedisLink(redisUrl(redis.url), 'another');
    expect(await link.whenUp(5_000)).toBe(true);
    elsewhere = new ActiveDevices(link, world.config.redis.prefix, () => now);
  });
  beforeEach(() => {
    now = Date.now();
  });
  afterAll(async () => {
    await world.stop();
    await link.close();
    redis.close();
  });

  const isActive = async (userId: number) => (await elsewhere.among([userId, 1])).has(userId);

  it('is known to all nodes, is each of several, and none once its connection has closed', async () => {
    const phone = await world.person();
    const { userId } = phone;
    const desk = await world.person(userId);
    expect(await isActive(userId)).toBe(false);
    expect(await phone.ok('setActive', { active: true })).toEqual({ userId, active: true });
    await desk.ok('setActive', { active: true });
    expect(await isActive(userId)).toBe(true);
    await phone.ok('setActive', { active: false });
    expect(await isActive(userId)).toBe(true);
    desk.close();
    await eventually(async () => !(await isActive(userId)));
  });

  it('is forgotten 2 minutes after it said so, also when another one says so again', async () => {
    const phone = await world.person();
    const desk = await world.person(phone.userId);
    await phone.ok('setActive', { active: true });
    now += 121_000;
    expect(await isActive(phone.userId)).toBe(false);
    await elsewhere.set(phone.userId, 'a third', true);
    await phone.ok('setActive', { active: false });
    await desk.ok('setActive', { active: false });
    expect(await isActive(phone.userId)).toBe(true);
    now += 121_000;
    expect(await isActive(phone.userId)).toBe(false);
  });

  it('has to be online', async () => {
    const alice = await world.person();
    await alice.ok('setActive', { active: true });
    await alice.ok('userOffline', {});
    expect(await isActive(alice.userId)).toBe(false);
    expect(await alice.refused('setActive', { active: true, userId: alice.userId })).toBe('CONFLICT');
  });

  it('is not known at other nodes while Redis is away', async () => {
    const alice = await world.person();
    await alice.ok('setActive', { active: true });
    await redis.kill();
    await eventually(() => !link.isUp);
    expect(await isActive(alice.userId)).toBe(false);
    expect(await alice.ok('setActive', { active: true })).toMatchObject({ active: true });
  });
});
