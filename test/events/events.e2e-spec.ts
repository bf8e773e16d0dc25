import type { ChatEventView, FieldFault } from '../../src/contract/index.js';
import { GROUP_RATE } from '../../src/events/events.service.js';
import { groupOf } from '../support/groups.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { type Client, World } from '../support/world.js';

const heard = async (client: Client): Promise<unknown[]> => {
  await client.settled();
  return client.unread('chatEvent').map((one) => (one as ChatEventView).data);
};

describe('An event of the application', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ RATE_LIMITS: 'on' });
  });
  afterAll(() => world.stop());

  it('reaches the members who are online, also the sender’s other devices, and nobody else', async () => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [bob, carol] = members as [Client, Client];
    const [tablet, stranger] = [await world.person(owner.userId), await world.person()];
    await carol.ok('userOffline');
    const input = { chatId, type: 'cursor.moved', data: { at: [1, 2] } };
    const view = await owner.ok<ChatEventView>('sendEvent', input);
    expect(view).toEqual({ ...input, userId: owner.userId, at: expect.any(String) });
    for (const client of [bob, tablet]) expect(await client.next('chatEvent')).toEqual(view);
    for (const client of [owner, stranger, carol]) expect(await heard(client)).toEqual([]);
  });

  it('may be sent over REST, by a user and by the application, whose events have no user', async () => {
    const { alice, bob, chatId } = await world.pair();
    const post = () => world.http.post(`/chats/${chatId}/events`);
    await post().set('X-User-Id', String(bob.userId)).send({ type: 'poke' }).expect(201);
    for (const client of [alice, bob])
      expect(await client.next('chatEvent')).toMatchObject({ userId: bob.userId, type: 'poke', data: null });
    await post()
      .send({ type: 'order.paid', data: { order: 7 } })
      .expect(201);
    for (const client of [alice, bob])
      expect(await client.next('chatEvent')).toMatchObject({ userId: null, data: { order: 7 } });
  });

  it('is no change of the chat, and stands in no table', async () => {
    const { alice, bob, chatId } = await world.pair();
    const before = await alice.ok<{ version: number }>('getChat', { chatId });
    await alice.ok('sendEvent', { chatId, type: 'x', data: { word: 'unforgettable' } });
    await bob.next('chatEvent');
    expect(await alice.ok('getChat', { chatId })).toMatchObject({ version: before.version, lastSeq: 0 });
    expect(await bob.ok('sync', { versions: { [chatId]: before.version } })).toMatchObject({ chats: [] });
    const tables = await world.sql<{ name: string }>(
      `SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    for (const { name } of tables)
      expect(await world.sql(`SELECT 1 FROM ${name} t WHERE t::text LIKE '%unforgettable%'`)).toEqual([]);
  });

  it('arrives in the order in which its sender sent it', async () => {
    const { alice, bob, chatId } = await world.pair();
    const all = Array.from({ length: 60 }, (_, nr) => ({ nr }));
    await Promise.all(all.map((data) => alice.ok('sendEvent', { chatId, type: 'nr', data })));
    expect(await heard(bob)).toEqual(all);
  });

  it('does not cross blocks: not in a group, and in a direct chat it is refused', async () => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [bob, carol] = members as [Client, Client];
    await bob.ok('blockUser', { userId: owner.userId });
    for (const [from, to] of [
      [owner, bob],
      [bob, owner],
    ] as const) {
      await from.ok('sendEvent', { chatId, type: 'x' });
      expect(await carol.next('chatEvent')).toMatchObject({ userId: from.userId });
      expect(await heard(to)).toEqual([]);
    }
    const { alice, bob: dave, chatId: direct } = await world.pair();
    await dave.ok('blockUser', { userId: alice.userId });
    for (const one of [alice, dave])
      expect(await one.refused('sendEvent', { chatId: direct, type: 'x' })).toBe('FORBIDDEN');
  });

  it('is refused from who may not send: silenced, removed, and where only admins send', async () => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [bob, carol] = members as [Client, Client];
    const event = { chatId, type: 'x' };
    await owner.ok('silenceMember', { chatId, userId: bob.userId, until: '2999-01-01T00:00:00Z' });
    expect(await bob.refused('sendEvent', event)).toBe('SILENCED');
    await owner.ok('banMember', { chatId, userId: bob.userId });
    expect(await bob.refused('sendEvent', event)).toBe('NOT_FOUND');
    await owner.ok('updateChat', { chatId, sending: 'admins' });
    expect(await carol.refused('sendEvent', event)).toBe('FORBIDDEN');
    await owner.ok('sendEvent', event);
    expect(await carol.next('chatEvent')).toMatchObject(event);
    expect(await heard(bob)).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['no type', {}, 'type'],
    ['a type with a space', { type: 'a b' }, 'type'],
    ['a type that is too long', { type: 'a'.repeat(65) }, 'type'],
    ['data that is no object', { type: 'x', data: [1] }, 'data'],
    ['more than 4 KiB of data', { type: 'x', data: { a: 'é'.repeat(2_050) } }, 'data'],
  ])('is refused with %s', async (_, fields, path) => {
    const { alice, chatId } = await world.pair();
    const answer = await alice.ask('sendEvent', { chatId, ...fields });
    expect(answer).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
    const { details } = (answer as unknown as { error: { details: FieldFault[] } }).error;
    expect(details.map((fault) => fault.path)).toEqual([path]);
  });

  it('counts against the limit of its sender, and against one of a group', async () => {
    const { alice, chatId: direct } = await world.pair();
    const most = world.config.limits!.person.typing.points;
    const codes = await Promise.all(
      Array.from({ length: most + 60 }, () => alice.ask('sendEvent', { chatId: direct, type: 'x' })),
    );
    expect(codes.filter(({ ok }) => !ok).length).toBeGreaterThan(0);
    const { chatId, owner, members } = await groupOf(world, 2);
    // Who is no member takes nothing of it.
    const stranger = await world.person();
    for (let nr = 0; nr < 10; nr++)
      expect(await stranger.refused('sendEvent', { chatId, type: 'x' })).toBe('NOT_FOUND');
    const each = GROUP_RATE.points / 2;
    const answers = await Promise.all(
      [owner, ...members].flatMap((one) =>
        Array.from({ length: each }, () => one.ask('sendEvent', { chatId, type: 'x' })),
      ),
    );
    const refused = answers.filter(({ ok }) => !ok);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({
      error: { code: 'RATE_LIMITED', details: { limit: 'events' }, retryAfterMs: expect.any(Number) },
    });
  });
});

describeWithRedis('An event of the application, with two nodes,', () => {
  it('reaches members at the other node', async () => {
    const redis = await Redis.start();
    const one = await World.start({ REDIS_URL: redis.url });
    const other = await World.start({ REDIS_URL: redis.url, DATABASE_URL: one.config.database.url! });
    const [alice, bob] = [await one.person(), await other.person()];
    const { id: chatId } = await alice.ok<{ id: number }>('createChat', {
      user1Id: alice.userId,
      user2Id: bob.userId,
    });
    const view = await alice.ok('sendEvent', { chatId, type: 'x', data: { a: 1 } });
    expect(await bob.next('chatEvent')).toEqual(view);
    await other.stop();
    await one.stop();
    redis.close();
  });
});
