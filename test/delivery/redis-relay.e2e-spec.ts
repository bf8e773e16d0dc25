import { redisUrl } from '../../src/config/redis-url.js';
import { type LocalSockets, RedisBroker } from '../../src/delivery/broker/redis-broker.js';
import { RedisLink } from '../../src/redis/redis-link.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { eventually } from '../support/world.js';

/** Sockets in these rooms, and what came to them. */
class Hearer implements LocalSockets {
  readonly heard: string[] = [];

  constructor(private readonly rooms: string[]) {}

  hosted(): string[] {
    return this.rooms;
  }

  has(room: string): boolean {
    return this.rooms.includes(room);
  }

  hear(...[message, room]: Parameters<LocalSockets['hear']>): void {
    this.heard.push(`${room}: ${message.kind === 'frame' ? message.frame : message.order.do}`);
  }
}

describeWithRedis('A relay', () => {
  let redis: Redis;
  const links: RedisLink[] = [];
  beforeAll(async () => {
    redis = await Redis.start();
  });
  afterAll(async () => {
    for (const link of links) await link.close();
    redis.close();
  });

  it('tells the rooms of what it had to drop that they missed something, though its link never broke', async () => {
    const lost: number[] = [];
    const downs: string[] = [];
    const relayFor = async (hearer: Hearer, maxUnconfirmed: number): Promise<RedisBroker> => {
      const link = new RedisLink(redisUrl(redis.url), 'relay-test');
      links.push(link);
      await link.whenUp(5_000);
      link.on('down', () => downs.push('down'));
      let restored = false;
      const events = {
        restored: async () => {
          restored = true;
        },
        lost: (since: number) => lost.push(since),
      };
      const relay = new RedisBroker(link, 'relay-test', events, { maxUnconfirmed });
      relay.use(hearer);
      await eventually(() => restored);
      return relay;
    };
    const hearer = new Hearer(['user:1', 'user:2', 'user:3']);
    await relayFor(hearer, 1_000);
    const relay = await relayFor(new Hearer([]), 1_000);
    const before = performance.now();
    // In one turn: of these only the first fits.
    for (const room of ['user:1', 'user:2', 'user:3']) relay.frame('x'.repeat(1_100), [room], null);
    await eventually(() => hearer.heard.length === 3);
    expect(hearer.heard.sort()).toEqual([`user:1: ${'x'.repeat(1_100)}`, 'user:2: sync', 'user:3: sync']);
    expect(lost).toEqual([expect.any(Number)]);
    expect(lost[0]).toBeGreaterThanOrEqual(before);
    expect(downs).toEqual([]);

    relay.frame('again', ['user:2'], null);
    await eventually(() => hearer.heard.includes('user:2: again'));
    expect(hearer.heard).toHaveLength(4);
  });
});
