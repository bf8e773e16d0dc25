import { describeWithRedis, Redis } from '../support/redis.js';
import { pause } from '../support/time.js';
import { World } from '../support/world.js';

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
    // Nodes tell each other four times a second: until then a few more are admitted there.
    let refusal;
    for (let i = 0; i < 40 && !refusal; i++) {
      const answer = await there.ask('sendMessage', { receiverId, content: `more ${i}` });
      if (!answer.ok) refusal = answer.error;
      else await pause(25);
    }
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    const somebody = await other.person(one.newId());
    await somebody.ok('sendMessage', { receiverId, content: 'mine is another limit' });
  });
});
