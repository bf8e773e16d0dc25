import { chatListItem, chatView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { type Client, eventually, World } from '../support/world.js';

type Item = { id: number; cursor: string; [field: string]: unknown };

const ids = (chats: Item[]): number[] => chats.map((chat) => chat.id);

describe('Chats', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const chatsOf = (one: number, other: number) =>
    world.sql<{ id: string }>(
      'SELECT id FROM chats WHERE $1 IN ("user1Id", "user2Id") AND $2 IN ("user1Id", "user2Id")',
      [one, other],
    );

  describe.each(edges)('opened over %s', (edge) => {
    it('exist once for two users, in whichever order they are named', async () => {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      const by = over(edge, world, alice);
      const chat = await by.ok('createChat', { user1Id: alice.userId, user2Id: bob.userId });
      expect(chatView.strict().parse(chat)).toMatchObject({
        id: expect.any(Number),
        chatId: chat.id,
        type: 'direct',
        user1Id: alice.userId,
        user2Id: bob.userId,
        title: null,
        avatarUrl: null,
        metadata: {},
        lastSeq: 0,
        version: 1,
        lastActivityAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        createdAt: chat.lastActivityAt,
      });
      expect(await by.ok('createChat', { user1Id: bob.userId, user2Id: alice.userId })).toEqual({
        ...chat,
        changed: false,
      });
      expect(await chatsOf(alice.userId, bob.userId)).toHaveLength(1);
    });

    it('reach every device of both users as newChat, and nobody else', async () => {
      const [alice, bob, carol, nobody] = await Promise.all([
        world.person(),
        world.person(),
        world.person(),
        world.stranger(),
      ]);
      const [tablet, phone] = await Promise.all([world.person(alice.userId), world.person(bob.userId)]);
      const people = { user1Id: alice.userId, user2Id: bob.userId };
      const chat = await over(edge, world, alice).ok('createChat', people);
      for (const device of [tablet, bob, phone]) expect(await device.next('newChat')).toMatchObject(chat);
      if (edge === 'REST') expect(await alice.next('newChat')).toMatchObject(chat);

      await over(edge, world, bob).ok('createChat', people);
      for (const client of [alice, tablet, bob, phone, carol, nobody]) {
        await client.settled();
        expect(client.unread('newChat')).toEqual([]);
      }
    });

    it('take numbers and numeric strings, and give numbers', async () => {
      const [one, other] = [world.newId(), world.newId()];
      const by = over(edge, world, await world.stranger());
      const chat = await by.ok('createChat', { user1Id: String(one), user2Id: String(other) });
      expect(chat).toMatchObject({ id: expect.any(Number), user1Id: one, user2Id: other });
      for (const chatId of [chat.id, String(chat.id)]) {
        expect(await by.ok('getChat', { chatId })).toMatchObject({ id: chat.id, chatId: chat.id });
      }
    });

    it('show their members and their last message', async () => {
      const { alice, bob, chatId } = await world.pair();
      const message = await bob.ok('sendMessage', { chatId, content: 'hi' });
      expect(await over(edge, world, alice).ok('getChat', { chatId })).toMatchObject({
        id: chatId,
        lastSeq: 1,
        lastMessage: message,
        memberCount: 2,
        members: [alice, bob].map(({ userId }) => ({
          userId,
          role: 'member',
          readSeq: 0,
          deliveredSeq: 0,
          joinedAt: expect.any(String),
          name: null,
          avatarUrl: null,
        })),
      });
    });
  });

  it('are one, announced once to each device, when fifty ask at once, in both orders of the users', async () => {
    const [alice, bob] = await Promise.all([world.person(), world.person()]);
    const [tablet, phone] = await Promise.all([world.person(alice.userId), world.person(bob.userId)]);
    const askers = [alice, bob, over('REST', world, alice), over('REST', world, bob)];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        const [user1Id, user2Id] = i % 3 === 0 ? [alice.userId, bob.userId] : [bob.userId, alice.userId];
        return askers[i % askers.length]!.ok('createChat', { user1Id, user2Id });
      }),
    );
    const rows = await chatsOf(alice.userId, bob.userId);
    expect(rows).toHaveLength(1);
    expect(new Set(answers.map((chat) => chat.id))).toEqual(new Set([Number(rows[0]!.id)]));
    const { changed: _, ...first } = answers[0]!;
    for (const device of [tablet, phone]) {
      expect(await device.next('newChat')).toMatchObject(first);
      await device.settled();
      expect(device.unread('newChat')).toEqual([]);
    }
    await Promise.all([alice.settled(), bob.settled()]);
    // One of the two sockets may have been answered with the chat it made.
    const heard = [alice, bob].map((client) => client.unread('newChat').length);
    expect([2, 1]).toContain(heard[0]! + heard[1]!);
    expect(Math.max(...heard)).toBe(1);
  });

  it('come as one event to a caller without a callback, new or existing', async () => {
    const [alice, bob] = await Promise.all([world.person(), world.person()]);
    const people = { user1Id: alice.userId, user2Id: bob.userId };
    alice.emit('createChat', people);
    const chat = await alice.next('newChat');
    expect(await bob.next('newChat')).toMatchObject(chat);
    alice.emit('createChat', people);
    expect(await alice.next('newChat')).toMatchObject({ ...chat, changed: false });
    for (const client of [alice, bob]) {
      await client.settled();
      expect(client.unread('newChat')).toEqual([]);
    }
  });

  it('can be opened for two others, who are told', async () => {
    const [alice, bob, carol] = await Promise.all([world.person(), world.person(), world.person()]);
    const chat = await carol.ok('createChat', { user1Id: alice.userId, user2Id: bob.userId });
    for (const client of [alice, bob]) expect(await client.next('newChat')).toMatchObject(chat);
    expect(await carol.ok('getChats', carol.userId)).toEqual([]);
  });

  describe.each(edges)('listed over %s', (edge) => {
    it('carry the last message, the unread number and the other person', async () => {
      const { alice, bob, chatId } = await world.pair();
      await bob.ok('sendMessage', { chatId, content: 'one' });
      const last = await bob.ok('sendMessage', { chatId, content: 'two' });
      const list = () => over(edge, world, alice).ok<Item[]>('getChats', { userId: alice.userId });
      const chat = await alice.ok('getChat', { chatId });
      const [item, ...more] = await list();
      expect(more).toEqual([]);
      expect(chatListItem.strict().parse(item)).toMatchObject({
        id: chatId,
        chatId,
        type: 'direct',
        user1Id: alice.userId,
        user2Id: bob.userId,
        title: null,
        avatarUrl: null,
        metadata: {},
        lastSeq: 2,
        version: 3,
        lastActivityAt: chat.lastActivityAt,
        createdAt: chat.createdAt,
        unread: 2,
        readSeq: 0,
        role: 'member',
        lastMessage: last,
        otherUser: {
          id: bob.userId,
          externalId: null,
          name: null,
          avatarUrl: null,
          metadata: {},
          lastSeenAt: null,
          createdAt: expect.any(String),
          online: true,
        },
        cursor: expect.any(String),
      });
      await bob.ok('userOffline');
      expect(await list()).toMatchObject([{ otherUser: { id: bob.userId, online: false } }]);
    });

    it('stand in the order of their last activity', async () => {
      const alice = await world.person();
      const others = [world.newId(), world.newId(), world.newId()];
      const by = over(edge, world, alice);
      const made: number[] = [];
      for (const user2Id of others) {
        // Each by its own moment: activity counts in milliseconds.
        const before = Date.now();
        await eventually(() => Date.now() > before);
        made.push((await alice.ok<Item>('createChat', { user1Id: alice.userId, user2Id })).id);
      }
      const [first, second, third] = made;
      expect(ids(await by.ok('getChats', { userId: alice.userId }))).toEqual([third, second, first]);
      const before = Date.now();
      await eventually(() => Date.now() > before + 1);
      await alice.ok('sendMessage', { chatId: first, content: 'up' });
      expect(ids(await by.ok('getChats', { userId: alice.userId }))).toEqual([first, third, second]);
    });

    it.each(['as it was', 'at one and the same moment'])('come in pages, with activity %s', async (when) => {
      const alice = await world.person();
      for (let i = 0; i < 11; i++) {
        await alice.ok('createChat', { user1Id: alice.userId, user2Id: world.newId() });
      }
      if (when !== 'as it was') {
        await world.sql(
          `UPDATE chats SET "lastActivityAt" = '2026-01-02T03:04:05.678Z' WHERE "user1Id" = $1`,
          [alice.userId],
        );
      }
      const by = over(edge, world, alice);
      const page = (more: object) => by.ok<Item[]>('getChats', { userId: alice.userId, ...more });
      const whole = await page({});
      expect(new Set(ids(whole)).size).toBe(11);
      const collected: Item[] = [];
      for (let next = await page({ limit: 4 }); next.length > 0;) {
        expect(next.length).toBeLessThanOrEqual(4);
        collected.push(...next);
        next = await page({ limit: 4, before: next.at(-1)!.cursor });
      }
      expect(collected).toEqual(whole);
    });

    it('are none for a user who does not exist', async () => {
      const userId = world.newId();
      expect(await over(edge, world, await world.stranger()).ok('getChats', { userId })).toEqual([]);
    });

    it.each([
      { before: '1' },
      { before: 'x.y' },
      { before: '1e3.1' },
      { before: '999999999999999.1' },
      { limit: 0 },
      { limit: 501 },
    ])('are refused for a page that there can not be: %j', async (page) => {
      const by = over(edge, world, await world.stranger());
      expect(await by.refused('getChats', { userId: world.newId(), ...page })).toBe('VALIDATION_FAILED');
    });

    it('are none before the beginning and all before the end of time', async () => {
      const { alice, chatId } = await world.pair();
      const by = over(edge, world, alice);
      const page = async (before: string) => ids(await by.ok('getChats', { userId: alice.userId, before }));
      expect(await page('0.1')).toEqual([]);
      expect(await page('99999999999999.9999999999999999')).toEqual([chatId]);
    });
  });

  it('are listed for an id as number, numeric string and object, and for who is at the socket', async () => {
    const { alice, chatId } = await world.pair();
    const { userId } = alice;
    for (const form of [
      [userId],
      [String(userId)],
      [{ userId }],
      [{ userId: String(userId) }],
      [],
      [null],
      [{}],
    ]) {
      expect(ids(await alice.ok('getChats', ...form))).toEqual([chatId]);
    }
    const nobody: Client = await world.stranger();
    expect(await nobody.refused('getChats')).toBe('UNAUTHENTICATED');
    for (const form of [chatId, String(chatId), { chatId }]) {
      expect(await nobody.ok('getChat', form)).toMatchObject({ id: chatId });
    }
  });
});
