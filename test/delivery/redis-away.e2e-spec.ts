import { COMMAND_TIMEOUT_MS } from '../../src/redis/connection.js';
import { Proxy } from '../support/proxy.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { Replica } from '../support/replica.js';
import { pause } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

type Message = { id: number; chatId: number; seq: number };

jest.setTimeout(60_000);

/** Two nodes over one Redis, the second through a proxy: what holds while a link is gone, and after. */
describeWithRedis('A Redis that is away', () => {
  let redis: Redis;
  let proxy: Proxy;
  let one: World;
  let other: World;
  beforeAll(async () => {
    redis = await Redis.start();
    proxy = await Proxy.before(redis.url);
    one = await World.start({ REDIS_URL: redis.url });
    const DATABASE_URL = one.config.database.url!;
    other = await World.start({ REDIS_URL: proxy.url, DATABASE_URL });
  });
  afterAll(async () => {
    redis.thaw();
    await other.stop();
    await one.stop();
    await proxy.close();
    redis.close();
  });
  const settledIn = (world: World, state: 'up' | 'down') =>
    eventually(async () => {
      const { status, body } = await world.http.get('/health/ready');
      return status === 200 && (body as { redis: string }).redis === state;
    });
  beforeEach(() => Promise.all([settledIn(one, 'up'), settledIn(other, 'up')]));

  /** Somebody new, unless it is said who. */
  const at = (node: World, userId = one.newId()) => node.person(userId);

  /** A group that both of these, and nobody else, are members of. */
  const group = async (...members: number[]): Promise<number> => {
    const [chat] = await one.sql<{ id: number }>(
      `INSERT INTO chats (type, title) VALUES ('group', 'friends') RETURNING id::int AS id`,
    );
    for (const userId of members) {
      await one.sql('INSERT INTO chat_members ("chatId", "userId") VALUES ($1, $2)', [chat!.id, userId]);
    }
    return chat!.id;
  };
  const remove = async (chatId: number, userId: number): Promise<void> => {
    await one.sql('DELETE FROM chat_members WHERE "chatId" = $1 AND "userId" = $2', [chatId, userId]);
    await one.sql(
      'UPDATE chats SET "membersVersion" = "membersVersion" + 1, "membersChangedAt" = clock_timestamp() WHERE id = $1',
      [chatId],
    );
  };
  /** As long as is promised: nothing tells from outside when a node has seen a removal. */
  const aSecond = () => pause(1_000);

  const faults: [
    string,
    { begin(): Promise<void> | void; end(): Promise<void> | void; hit: 'both' | 'other' },
  ][] = [
    ['frozen', { begin: () => redis.freeze(), end: () => redis.thaw(), hit: 'both' }],
    ['killed, and back empty', { begin: () => redis.kill(), end: () => redis.launch(), hit: 'both' }],
    [
      'cut off from one node, with nothing said',
      { begin: () => proxy.freeze(), end: () => proxy.resume(), hit: 'other' },
    ],
    ['refusing one node', { begin: () => proxy.refuse(), end: () => proxy.accept(), hit: 'other' }],
  ];

  describe.each(faults)('%s', (_, { begin, end, hit }) => {
    it('delays no answer and no local event, says so, and nothing is missing after sync', async () => {
      const alice = await at(one);
      const [bob, bobToo] = [await at(other), await at(one)];
      const bobs = await at(one, bob.userId);
      const { chatId } = await alice.ok<Message>('sendMessage', {
        receiverId: bob.userId,
        content: 'before',
      });
      await bob.next('newMessage');
      const replica = new Replica(bob.userId);
      await replica.catchUp(bob);
      replica.listen(bob);

      await begin();
      // Whoever waits for Redis takes longer.
      const say = async (from: Client, content: string): Promise<void> => {
        const asked = performance.now();
        await from.ok('sendMessage', { chatId, content });
        expect(performance.now() - asked).toBeLessThan(COMMAND_TIMEOUT_MS);
      };
      await say(alice, 'unheard 1');
      await say(bobs, 'unheard 2');
      expect(await alice.next('newMessage')).toMatchObject({ content: 'unheard 2' });
      await settledIn(other, 'down');
      expect((await other.http.get('/health/ready')).body).toMatchObject({
        status: 'degraded',
        degraded: ['redis'],
      });
      await settledIn(one, hit === 'both' ? 'down' : 'up');
      await say(alice, 'unheard 3');
      await say(bob, 'from there');

      // People come while it is away, and are served.
      const carol = await at(other);
      const joined = performance.now();
      await carol.ok('sendMessage', { receiverId: bob.userId, content: 'hello' });
      expect(performance.now() - joined).toBeLessThan(COMMAND_TIMEOUT_MS);

      await end();
      await settledIn(other, 'up');
      await settledIn(one, 'up');
      expect(await bob.next('syncNeeded')).toEqual({ withinMs: expect.any(Number) });
      // What the cut node could not publish is made known to whom it concerns at the other.
      expect(await bobs.next('syncNeeded')).toEqual({ withinMs: expect.any(Number) });
      await replica.catchUp(bob);
      const contents = replica.messages(chatId).map(({ content }) => content);
      expect(contents).toEqual(['before', 'unheard 1', 'unheard 2', 'unheard 3', 'from there']);

      await alice.ok('sendMessage', { chatId, content: 'after' });
      await eventually(() => replica.messages(chatId).at(-1)?.content === 'after');
      expect(replica.faults).toEqual([]);
      await alice.ok('sendMessage', { receiverId: carol.userId, content: 'and you' });
      expect(await carol.next('newMessage')).toMatchObject({ content: 'and you' });
      for (const client of [alice, bob, bobs, bobToo, carol]) client.close();
    });
  });

  it('sends nothing to users who were removed from a group, from a second later on', async () => {
    const [alice, bob, carol] = [await at(one), await at(other), await at(other)];
    for (const client of [alice, bob, carol]) await client.ok('userOffline');
    const chatId = await group(alice.userId, bob.userId, carol.userId);
    for (const client of [alice, bob, carol]) await client.ok('userOnline', client.userId);
    await alice.ok('sendMessage', { chatId, content: 'one' });
    for (const client of [bob, carol])
      expect(await client.next('newMessage')).toMatchObject({ content: 'one' });

    proxy.freeze();
    await remove(chatId, bob.userId);
    await aSecond();
    await other.http
      .post(`/chats/${chatId}/messages`)
      .send({ senderId: carol.userId, content: 'two' })
      .expect(201);
    expect(await carol.next('newMessage')).toMatchObject({ content: 'two' });
    await bob.settled();
    expect(bob.unread('newMessage')).toEqual([]);

    await settledIn(other, 'down');
    proxy.resume();
    await settledIn(other, 'up');
    await carol.next('syncNeeded');
    await alice.ok('sendMessage', { chatId, content: 'three' });
    expect(await carol.next('newMessage')).toMatchObject({ content: 'three' });
    await bob.settled();
    expect(bob.unread('newMessage')).toEqual([]);
  });

  it.each([
    ['with nothing said', async () => proxy.freeze(), async () => proxy.resume()],
    ['and says so', () => proxy.refuse(), () => proxy.accept()],
  ])('lets a node that is cut off, %s, remove and add people at others', async (_, cut, mend) => {
    const [owner, bob, carol, dora] = [await at(other), await at(one), await at(one), await at(one)];
    const [{ userId: bobId }, { userId: carolId }] = [bob, carol];
    const { id: chatId } = await owner.ok<{ id: number }>('createGroup', {
      title: 'friends',
      memberIds: [bobId, dora.userId],
    });
    for (const client of [bob, dora]) await client.next('newChat');

    await cut();
    await owner.ok('removeMember', { chatId, userId: bobId });
    await owner.ok('addMembers', { chatId, userIds: [carolId] });
    await aSecond();
    await dora.ok('sendMessage', { chatId, content: 'without bob' });
    const carolHears = async (content: string) => {
      // What was held on the way to Redis may come late.
      while ((await carol.next<Message & { content: string }>('newMessage')).content !== content);
    };
    await carolHears('without bob');
    await bob.settled();
    expect(bob.unread('newMessage')).toEqual([]);

    await mend();
    await settledIn(other, 'up');
    await owner.ok('sendMessage', { chatId, content: 'and after' });
    await carolHears('and after');
    await bob.settled();
    expect(bob.unread('newMessage')).toEqual([]);
    // Both have missed what the orders came with.
    for (const client of [bob, carol]) await client.next('syncNeeded');
    for (const client of [owner, bob, carol, dora]) client.close();
  });

  it('ends a watch at a node that is cut off, when the watched person blocks the watching one', async () => {
    const [bob, alice] = [await at(other), await at(one)];
    await alice.ok('sendMessage', { receiverId: bob.userId, content: 'hi' });
    await alice.ok('watchPresence', { userIds: [bob.userId] });
    await proxy.refuse();
    await settledIn(other, 'down');
    await bob.ok('blockUser', { userId: alice.userId });
    await proxy.accept();
    await settledIn(other, 'up');
    await alice.next('syncNeeded');
    /** Reads the statuses that alice hears until this one; resolves to the ids of those who went offline before it. */
    const goneUntil = async (userId: number, online: boolean): Promise<number[]> => {
      const gone: number[] = [];
      for (;;) {
        const status = await alice.next<{ userId: number; online: boolean }>('userStatus');
        if (status.userId === userId && status.online === online) return gone;
        if (!status.online) gone.push(status.userId);
      }
    };
    /**
     * Whether alice hears that bob went: somebody whom she hears of goes after him. She has heard that they came, so
     * neither their coming nor bob's can be in one window with the going, of which nobody would hear.
     */
    const heardOfBob = async (): Promise<boolean> => {
      const markerId = one.newId();
      await alice.ok('sendMessage', { receiverId: markerId, content: 'hi' });
      const marker = await at(other, markerId);
      await goneUntil(markerId, true);
      await bob.ok('userOffline');
      await marker.ok('userOffline');
      const gone = await goneUntil(markerId, false);
      await bob.ok('userOnline', bob.userId);
      marker.close();
      return gone.includes(bob.userId);
    };
    await eventually(async () => !(await heardOfBob()));
    for (const client of [alice, bob]) client.close();
  });

  it('sends events to users who were added to a group meanwhile once Redis is back', async () => {
    const [alice, bob] = [await at(one), await at(other)];
    await proxy.refuse();
    await settledIn(other, 'down');
    const chatId = await group(alice.userId, bob.userId);
    await proxy.accept();
    await bob.next('syncNeeded');
    await alice.ok('sendMessage', { chatId, content: 'welcome' });
    expect(await bob.next('newMessage')).toMatchObject({ content: 'welcome' });
  });

  it('holds no connection to the database while it is waited for', async () => {
    const DATABASE_URL = one.config.database.url!;
    const node = await World.start({ REDIS_URL: redis.url, DATABASE_URL, DATABASE_POOL: '4' });
    try {
      await settledIn(node, 'up');
      const [alice, carol] = [await at(node), await at(node)];
      // Whether the other one is online, Redis alone knows.
      const { chatId } = await carol.ok<Message>('sendMessage', { receiverId: one.newId(), content: 'hi' });
      await alice.ok('sendMessage', { receiverId: one.newId(), content: 'hi' });
      redis.freeze();
      const answered: string[] = [];
      const syncs = Array.from({ length: 12 }, async () => {
        const { ok } = await alice.ask('sync', {});
        answered.push(ok ? 'synced' : 'refused');
      });
      await carol.ask('getMessages', { chatId });
      answered.push('read');
      await Promise.all(syncs);
      expect(answered).toEqual(['read', ...syncs.map(() => 'synced')]);
    } finally {
      redis.thaw();
      await node.stop();
    }
  });

  it('at the start keeps no node from serving; the node uses it once it comes', async () => {
    const late = await Redis.notYet();
    const first = await World.start({ REDIS_URL: late.url });
    const second = await World.start({ REDIS_URL: late.url, DATABASE_URL: first.config.database.url! });
    const [alice, bob] = [await first.person(), await second.person(first.newId())];
    expect((await first.http.get('/health/ready').expect(200)).body).toEqual({
      status: 'degraded',
      version: expect.any(String),
      database: 'up',
      redis: 'down',
      degraded: ['redis'],
    });
    await alice.ok('sendMessage', { receiverId: bob.userId, content: 'nobody tells him' });
    await late.launch();
    await Promise.all([settledIn(first, 'up'), settledIn(second, 'up')]);
    await bob.next('syncNeeded');
    expect(await bob.ok('sync', {})).toMatchObject({
      chats: [{ messages: [{ content: 'nobody tells him' }] }],
    });
    await alice.ok('sendMessage', { receiverId: bob.userId, content: 'now you hear' });
    expect(await bob.next('newMessage')).toMatchObject({ content: 'now you hear' });
    expect((await first.http.get('/health/ready')).body).toEqual({
      status: 'ready',
      version: expect.any(String),
      database: 'up',
      redis: 'up',
    });
    await second.stop();
    await first.stop();
    late.close();
  });
});
