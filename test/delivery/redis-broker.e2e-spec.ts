import { redisUrl } from '../../src/config/redis-url.js';
import type { LocalSockets, Target } from '../../src/delivery/broker/broker.js';
import { RedisBroker } from '../../src/delivery/broker/redis-broker.js';
import type { Text } from '../../src/delivery/encoding/envelope.js';
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

  isSocket(): boolean {
    return false;
  }

  deliver(text: Text, [room]: readonly string[]): void {
    this.heard.push(`${room}: ${text.toString()}`);
  }

  obey(): void {
    throw new Error('Nothing was ordered');
  }
}

const to = (room: string): Target => ({ rooms: [room], except: [], unless: null, place: null });

describeWithRedis('A broker over Redis', () => {
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
    const brokerFor = async (hearer: Hearer, maxUnconfirmed: number): Promise<RedisBroker> => {
      const link = new RedisLink(redisUrl(redis.url), 'broker-test');
      links.push(link);
      await link.whenUp(5_000);
      link.on('down', () => downs.push('down'));
      let restored = false;
      const events = {
        restored: async () => {
          restored = true;
        },
        missed: (rooms: ReadonlySet<string> | null) =>
          hearer.heard.push(`${rooms === null ? 'all' : [...rooms].join()}: sync`),
        lost: (since: number) => lost.push(since),
      };
      const broker = new RedisBroker(link, 'broker-test', { maxUnconfirmed });
      broker.start(hearer, events);
      await eventually(() => restored);
      return broker;
    };
    const hearer = new Hearer(['user:1', 'user:2', 'user:3']);
    await brokerFor(hearer, 1_000);
    const broker = await brokerFor(new Hearer([]), 1_000);
    const before = performance.now();
    // In one turn: of these only the first fits.
    for (const room of ['user:1', 'user:2', 'user:3']) broker.publish(`4${'x'.repeat(1_100)}`, to(room));
    await eventually(() => hearer.heard.length === 3);
    expect(hearer.heard.sort()).toEqual([`user:1: 4${'x'.repeat(1_100)}`, 'user:2: sync', 'user:3: sync']);
    expect(lost).toEqual([expect.any(Number)]);
    expect(lost[0]).toBeGreaterThanOrEqual(before);
    expect(downs).toEqual([]);

    broker.publish('4again', to('user:2'));
    await eventually(() => hearer.heard.includes('user:2: 4again'));
    expect(hearer.heard).toHaveLength(4);
  });
});
