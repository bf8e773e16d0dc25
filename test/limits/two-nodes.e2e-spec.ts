import { describeWithRedis, Redis } from '../support/redis.js';
import { eventually, World } from '../support/world.js';

/** What somebody takes of a limit at one node counts at the others. */
describeWithRedis('Limits over two nodes', () => {
  let redis: Redis;
  let one: World;
  let other: World;
  beforeAll(async () => {
    redis = await Redis.start();
    const shared = { REDIS_URL: redis.url, RATE_LIMITS: 'on', RATE_LIMIT_MESSAGES: '40/1m' };
    one = await World.start(shared);
    other = await World.start({ ...shared, DATABASE_URL: one.config.database.url! });
  });
  afterAll(async () => {
    await other.stop();
    await one.stop();
    redis.close();
  });

  it('refuse somebody at one node who has used their limit up at the other', async () => {
    const here = await one.person();
    const there = await other.person(here.userId);
    const receiverId = one.newId();
    for (let i = 0; i < 40; i++) await here.ok('sendMessage', { receiverId, content: `message ${i}` });
    // A node learns it with its first report, of an eighth of the limit.
    for (let i = 0; i < 5; i++) await there.ask('sendMessage', { receiverId, content: `more ${i}` });
    await eventually(async () => {
      const answer = await there.ask('sendMessage', { receiverId, content: 'too much' });
      return !answer.ok && answer.error.code === 'RATE_LIMITED';
    });
    const somebody = await other.person(one.newId());
    await somebody.ok('sendMessage', { receiverId, content: 'mine is another limit' });
  });

  it('have to be refilled where two nodes admitted more in the same moment', async () => {
    const here = await one.person();
    const there = await other.person(here.userId);
    const receiverId = one.newId();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        [here, there].map((node) => node.ask('sendMessage', { receiverId, content: `${i}` })),
      ).flat(),
    );
    const admitted = answers.filter(({ ok }) => ok).length;
    expect(admitted).toBeGreaterThanOrEqual(40);
    // Within an eighth for each node, which may not be reported yet.
    const atLeast = ((admitted - 10 - 40) / 40) * 60_000;
    // The node that reported last knows all of it; the other one will with its next eighth.
    const waits = await Promise.all(
      [one, other].map(async (node) => {
        // A connection of its own: a hundred refusals would end one.
        const probe = await node.person(here.userId);
        const answer = await probe.ask('sendMessage', { receiverId, content: 'again' });
        return answer.ok ? 0 : answer.error.retryAfterMs!;
      }),
    );
    expect(Math.max(...waits)).toBeGreaterThan(atLeast - 5_000);
  });
});
