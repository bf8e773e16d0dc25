import { randomUUID } from 'node:crypto';
import { eventually, World } from '../support/world.js';

describe('Keys of commands', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ IDEMPOTENCY_KEYS_PER_USER: '3', IDEMPOTENCY_KEEP_SECONDS: '3600' });
  });
  afterAll(() => world.stop());

  const keysOf = async (userId: number) => {
    const rows = await world.sql<{ key: string }>('SELECT key FROM idempotency_keys WHERE "actorId" = $1', [
      userId,
    ]);
    return rows.map(({ key }) => key);
  };

  it('are bounded for each user: a further one is refused until the oldest expires', async () => {
    const { alice, bob, chatId } = await world.pair();
    const mark = (clientId: string) => alice.ask('markAsSeen', { chatId, clientId });
    const answers = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(mark));
    const refused = answers.filter((answer) => !answer.ok);
    expect(refused).toHaveLength(3);
    for (const answer of refused) {
      if (answer.ok) continue;
      expect(answer.error).toMatchObject({ code: 'RATE_LIMITED', details: { limit: 'keys' } });
      expect(answer.error.retryAfterMs).toBeGreaterThan(3_500_000);
      expect(answer.error.retryAfterMs).toBeLessThanOrEqual(3_600_000);
    }
    const kept = await keysOf(alice.userId);
    expect(kept).toHaveLength(3);

    // What has a key is answered, what has none is done, and others have keys of their own.
    for (const key of kept) expect(await mark(key)).toMatchObject({ ok: true });
    expect(await alice.ok('markAsSeen', { chatId })).toMatchObject({ seen: true });
    expect(await bob.ok('markAsSeen', { chatId, clientId: 'a' })).toMatchObject({ seen: true });
  });

  it('of refused commands, and of repeats, take no room', async () => {
    const { alice, chatId } = await world.pair();
    for (let i = 0; i < 10; i++) {
      expect(await alice.refused('markAsSeen', { chatId: 999_999_999, clientId: randomUUID() })).toBe(
        'NOT_FOUND',
      );
      await alice.ok('markAsSeen', { chatId, clientId: 'same' });
    }
    for (const clientId of ['b', 'c']) await alice.ok('markAsSeen', { chatId, clientId });
    expect(await alice.refused('markAsSeen', { chatId, clientId: 'd' })).toBe('RATE_LIMITED');
  });

  it('of the application are not bounded', async () => {
    for (let i = 0; i < 5; i++) {
      await world.http.post('/users').set('Idempotency-Key', randomUUID()).send({}).expect(201);
    }
  });

  it('expire: the table keeps none that is older than IDEMPOTENCY_KEEP_SECONDS, and then there is room again', async () => {
    const short = await World.start({ IDEMPOTENCY_KEEP_SECONDS: '1', IDEMPOTENCY_KEYS_PER_USER: '1' });
    try {
      const { alice, chatId } = await short.pair();
      await alice.ok('markAsSeen', { chatId, clientId: 'old' });
      expect(await alice.refused('markAsSeen', { chatId, clientId: 'new' })).toBe('RATE_LIMITED');
      await eventually(async () => (await short.sql('SELECT 1 FROM idempotency_keys')).length === 0);
      await eventually(async () => (await alice.ask('markAsSeen', { chatId, clientId: 'new' })).ok);
    } finally {
      await short.stop();
    }
  });
});
