import type { MessageView } from '../../src/contract/index.js';
import { Proxy } from '../support/proxy.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { Replica } from '../support/replica.js';
import { pause } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

jest.setTimeout(120_000);

const PAIRS = 10;

/** Two nodes that talk across each other all the while Redis comes and goes. */
describeWithRedis('Two nodes under load, while Redis comes and goes', () => {
  it('answer every command in time, and everybody has everything once they have synced', async () => {
    const redis = await Redis.start();
    const proxy = await Proxy.before(redis.url);
    const one = await World.start({ REDIS_URL: redis.url });
    const other = await World.start({ REDIS_URL: proxy.url, DATABASE_URL: one.config.database.url! });
    const isUp = async (world: World) =>
      ((await world.http.get('/health/ready')).body as { redis: string }).redis === 'up';
    const bothUp = () => eventually(async () => (await isUp(one)) && (await isUp(other)));
    await bothUp();

    const people: { client: Client; replica: Replica; chatId: number }[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const [alice, bob] = [await one.person(), await other.person(one.newId())];
      const { id: chatId } = await alice.ok<{ id: number }>('createChat', {
        user1Id: alice.userId,
        user2Id: bob.userId,
      });
      for (const client of [alice, bob]) {
        const replica = new Replica(client.userId);
        await replica.catchUp(client);
        replica.listen(client);
        people.push({ client, replica, chatId });
      }
    }

    let talking = true;
    let slowest = 0;
    const sent: { chatId: number; seq: number }[] = [];
    const talk = async ({ client, chatId }: (typeof people)[number]): Promise<void> => {
      for (let n = 0; talking; n++) {
        const asked = performance.now();
        sent.push(await client.ok<MessageView>('sendMessage', { chatId, content: `message ${n}` }));
        slowest = Math.max(slowest, performance.now() - asked);
        await pause(20);
      }
    };
    const talks = people.map(talk);
    const some = () => {
      const before = sent.length;
      return eventually(() => sent.length > before + 200);
    };
    await some();
    for (let round = 0; round < 2; round++) {
      redis.freeze();
      await eventually(async () => !(await isUp(one)) && !(await isUp(other)));
      await some();
      redis.thaw();
      await bothUp();
      await redis.kill();
      await some();
      await redis.launch();
      await bothUp();
      proxy.freeze();
      await eventually(async () => !(await isUp(other)));
      await some();
      proxy.resume();
      await bothUp();
      proxy.cut();
      await some();
      await bothUp();
      // More than a thousand changes behind a client is told to begin anew.
      for (const { client, replica } of people) await replica.catchUp(client);
    }
    talking = false;
    await Promise.all(talks);

    expect(slowest).toBeLessThan(4_000);
    for (const { client, replica, chatId } of people) {
      expect(client.unread('syncNeeded').length).toBeGreaterThan(0);
      await replica.catchUp(client);
      const own = sent.filter((message) => message.chatId === chatId).map(({ seq }) => seq);
      const there = replica.messages(chatId).map(({ seq }) => seq);
      expect(there.sort((a, b) => a - b)).toEqual(own.sort((a, b) => a - b));
      expect(replica.faults).toEqual([]);
    }
    await other.stop();
    await one.stop();
    await proxy.close();
    redis.close();
  });
});
