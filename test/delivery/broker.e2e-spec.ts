import { redisUrl } from '../../src/config/redis-url.js';
import { MemoryBroker } from '../../src/delivery/broker/memory-broker.js';
import { RedisBroker } from '../../src/delivery/broker/redis-broker.js';
import { RedisLink } from '../../src/redis/redis-link.js';
import { BrokerNode, type Reader } from '../support/broker-nodes.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { eventually } from '../support/world.js';

/** Nodes that are joined by brokers of one kind. */
interface Deployment {
  nodes: BrokerNode[];
  close(): Promise<void>;
}

async function alone(): Promise<Deployment> {
  const node = new BrokerNode(new MemoryBroker());
  await node.listen();
  return { nodes: [node], close: () => node.close() };
}

let prefixes = 0;

async function overRedis(redis: Redis, count: number): Promise<Deployment> {
  const prefix = `brokers${++prefixes}`;
  const links: RedisLink[] = [];
  const nodes: BrokerNode[] = [];
  for (let i = 0; i < count; i++) {
    const link = new RedisLink(redisUrl(redis.url), prefix);
    links.push(link);
    await link.whenUp(5_000);
    const node = new BrokerNode(new RedisBroker(link, prefix));
    nodes.push(node);
    await node.listen();
    await eventually(() => node.said.includes('restored'));
  }
  return {
    nodes,
    async close() {
      for (const node of nodes) await node.close();
      for (const link of links) await link.close();
    },
  };
}

/** What holds whichever the broker is, and whichever node somebody is at. */
function rules(deploy: () => Promise<Deployment>): void {
  let all: Deployment;
  let here: BrokerNode;
  let there: BrokerNode;
  beforeAll(async () => {
    all = await deploy();
    here = all.nodes[0]!;
    there = all.nodes.at(-1)!;
  });
  afterAll(() => all.close());

  let markers = 0;
  /** What a reader has heard once all has come that `here` had published to this room before. */
  const heardBy = async ({ heard }: Reader, room: string): Promise<string[]> => {
    const marker = `marker ${++markers}`;
    here.publish(marker, [room]);
    await eventually(() => heard.includes(marker));
    return heard.filter((event) => !event.startsWith('marker'));
  };

  it('a text comes to each socket in one of its rooms, once', async () => {
    const near = await here.reader('user:1', 'chat:1');
    const far = await there.reader('user:2', 'chat:1', 'chat:2');
    const other = await there.reader('user:3');
    here.publish('hi', ['chat:1', 'user:2', 'chat:2', 'user:1']);
    expect(await heardBy(near, 'user:1')).toEqual(['hi']);
    expect(await heardBy(far, 'user:2')).toEqual(['hi']);
    expect(await heardBy(other, 'user:3')).toEqual([]);
  });

  it('a text to hundreds of rooms comes once, too', async () => {
    const far = await there.reader('user:10', 'user:11');
    here.publish(
      'hi',
      Array.from({ length: 300 }, (_, i) => `user:${i}`),
    );
    expect(await heardBy(far, 'user:10')).toEqual(['hi']);
  });

  it('a text for no room in particular comes to every socket', async () => {
    const readers = [await here.reader('user:20'), await there.reader('user:21')];
    here.publish('hi', []);
    expect(await heardBy(readers[0]!, 'user:20')).toEqual(['hi']);
    await eventually(() => readers[1]!.heard.includes('hi'));
  });

  it('sockets in excluded rooms, and excluded sockets, do not receive it', async () => {
    const near = await here.reader('user:30', 'chat:30');
    const phone = await there.reader('user:31', 'chat:30');
    const far = await there.reader('user:32', 'chat:30');
    here.publish('hi', ['chat:30'], { except: [near.socket.id, 'user:31'] });
    expect(await heardBy(near, 'user:30')).toEqual([]);
    expect(await heardBy(phone, 'chat:30')).toEqual([]);
    expect(await heardBy(far, 'chat:30')).toEqual(['hi']);
  });

  it('texts of a node to a room come in their order', async () => {
    const far = await there.reader('chat:40');
    const events = Array.from({ length: 200 }, (_, i) => `event ${i}`);
    for (const event of events) {
      here.publish(event, ['chat:40']);
      if (event.endsWith('0')) await new Promise(setImmediate);
    }
    expect(await heardBy(far, 'chat:40')).toEqual(events);
  });

  it('a socket receives the events of a room from the moment that it has joined', async () => {
    for (let round = 0; round < 20; round++) {
      const room = `chat:${500 + round}`;
      const far = await there.reader(room);
      here.publish('at once', [room]);
      expect(await heardBy(far, room)).toEqual(['at once']);
    }
  });

  it('sockets join and leave rooms when they are ordered to, wherever they are', async () => {
    const far = await there.reader('user:60');
    here.io.in('user:60').socketsJoin('chat:60');
    await eventually(() => far.socket.rooms.has('chat:60'));
    await eventually(() => {
      here.publish('hi', ['chat:60']);
      return far.heard.includes('hi');
    });
    here.io.in('user:60').socketsLeave('chat:60');
    here.publish('too late', ['chat:60']);
    expect(await heardBy(far, 'user:60')).not.toContain('too late');
    expect(far.socket.rooms.has('chat:60')).toBe(false);
  });

  it('an order does not reach sockets that it excludes', async () => {
    const near = await here.reader('user:70');
    const far = await there.reader('user:70', 'chat:70');
    here.io.in('user:70').except('chat:70').socketsJoin('chat:71');
    await heardBy(far, 'user:70');
    expect([near, far].map(({ socket }) => socket.rooms.has('chat:71'))).toEqual([true, false]);
  });

  it('sockets are closed when that is ordered', async () => {
    const far = await there.reader('user:80');
    here.io.in('user:80').disconnectSockets(true);
    await eventually(() => far.client.disconnected);
  });
}

describe('A node over the memory broker', () => {
  rules(alone);
});

describeWithRedis('Nodes over the Redis broker', () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = await Redis.start();
  });
  afterAll(() => redis.close());

  let all: Deployment | null = null;
  afterEach(async () => {
    await all?.close();
    all = null;
  });

  describe('of which one is alone', () => {
    rules(() => overRedis(redis, 1));
  });

  describe('of which there are two', () => {
    rules(() => overRedis(redis, 2));
  });

  it('tell nobody what they are to know better', async () => {
    all = await overRedis(redis, 3);
    const [one, other, third] = all.nodes as [BrokerNode, BrokerNode, BrokerNode];
    const near = await one.reader('user:1', 'chat:1');
    const knows = await other.reader('user:2', 'chat:1');
    const far = await third.reader('chat:1');
    one.publish('user 2 is gone', ['chat:1'], { unless: 'user:2' });
    one.publish('next', ['chat:1']);
    for (const { heard } of [near, knows, far]) await eventually(() => heard.includes('next'));
    expect(near.heard).toEqual(['user 2 is gone', 'next']);
    expect(knows.heard).toEqual(['next']);
    expect(far.heard).toEqual(['user 2 is gone', 'next']);
  });

  it('say what was lost while they were cut off, here and there', async () => {
    const own = await Redis.start();
    all = await overRedis(own, 2);
    const [one, other] = all.nodes as [BrokerNode, BrokerNode];
    const far = await other.reader('user:1');
    await own.kill();
    await eventually(() => {
      one.publish('hi', ['user:1', 'user:2']);
      return one.broker.heard(['user:9']) === null;
    });
    one.said.length = other.said.length = 0;
    await own.launch();
    await eventually(() => one.said.includes('lost') && other.said.includes('restored'));
    expect(one.said).toContain('restored');
    one.publish('again', ['user:1']);
    await eventually(() => far.heard.includes('again'));
    own.close();
  });
});
