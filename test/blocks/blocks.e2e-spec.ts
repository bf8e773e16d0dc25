import { randomUUID } from 'node:crypto';
import { Blocks } from '../../src/blocks/blocks.js';
import type { BlockView, ChatListItem, PresenceView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { edges, over } from '../support/edges.js';
import { failOnce } from '../support/statements.js';
import { type Client, eventually, World } from '../support/world.js';

const BLOCKED = {
  ok: false,
  error: {
    code: 'FORBIDDEN',
    message:
      'You can not write to this user: they have blocked you, which only they can undo, or they are gone.',
  },
};
const BLOCKING = {
  ok: false,
  error: { code: 'FORBIDDEN', message: 'You have blocked this user: unblock them first.' },
};

describe('A block', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** Two people with a direct chat of one message each. */
  async function talkingPair() {
    const { alice, bob, chatId } = await world.pair();
    const { id: hers } = await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'from alice' });
    const { id: his } = await bob.ok<{ id: number }>('sendMessage', { chatId, content: 'from bob' });
    return { alice, bob, chatId, hers, his };
  }

  /** The same, and the first of them blocks the second. */
  async function blockedPair() {
    const pair = await talkingPair();
    await pair.alice.ok('blockUser', { userId: pair.bob.userId });
    return pair;
  }

  describe.each(edges)('asked over %s', (edge) => {
    it('ends sending, editing and reacting in the direct chat, for both, each told why', async () => {
      const { alice, bob, chatId, hers, his } = await blockedPair();
      const [blocker, blocked] = [over(edge, world, alice), over(edge, world, bob)];

      expect(await blocked.ask('sendMessage', { chatId, content: 'please' })).toEqual(BLOCKED);
      expect(await blocked.ask('editMessage', { messageId: his, content: 'please' })).toEqual(BLOCKED);
      expect(await blocked.ask('addReaction', { messageId: hers, emoji: '💔' })).toEqual(BLOCKED);
      expect(await blocker.ask('sendMessage', { chatId, content: 'no' })).toEqual(BLOCKING);
      expect(await blocker.ask('editMessage', { messageId: hers, content: 'no' })).toEqual(BLOCKING);
      expect(await blocker.ask('addReaction', { messageId: his, emoji: '👎' })).toEqual(BLOCKING);

      expect(await alice.ok('getMessages', { chatId })).toMatchObject({
        messages: [{ content: 'from alice' }, { content: 'from bob', reactions: [] }],
      });
      await alice.settled();
      for (const event of ['messageEdited', 'reactionsChanged']) expect(alice.unread(event)).toEqual([]);
    });

    it('leaves reading, and taking back what is one’s own', async () => {
      const { alice, bob, chatId, hers, his } = await talkingPair();
      await bob.ok('addReaction', { messageId: hers, emoji: '👍' });
      await alice.ok('blockUser', { userId: bob.userId });
      const blocked = over(edge, world, bob);

      expect(await blocked.ok('getMessages', { chatId })).toMatchObject({
        messages: [{ content: 'from alice' }, { content: 'from bob' }],
      });
      expect(await blocked.ok('markAsSeen', { messageId: hers })).toMatchObject({ seen: true });
      expect(await blocked.ok('removeReaction', { messageId: hers, emoji: '👍' })).toMatchObject({
        reactions: [],
      });
      expect(await blocked.ok('deleteMessage', { messageId: his })).toMatchObject({ for: 'everyone' });
    });

    it('does not tell the blocked one what the blocker reads', async () => {
      const { alice, bob, hers, his } = await blockedPair();
      const blocker = over(edge, world, alice);
      await blocker.ok('markAsDelivered', { messageId: his });
      await blocker.ok('markAsSeen', { messageId: his });
      await bob.settled();
      expect([...bob.unread('messageSeen'), ...bob.unread('messageDelivered')]).toEqual([]);
      // The other way round nothing is hidden.
      const alicesPhone = await world.person(alice.userId);
      await over(edge, world, bob).ok('markAsSeen', { messageId: hers });
      expect(await alicesPhone.next('messageSeen')).toMatchObject({ userId: bob.userId });
    });

    it('keeps both from opening a direct chat, and from sending where there is none', async () => {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      await over(edge, world, alice).ok('blockUser', { userId: bob.userId });
      const people = { user1Id: alice.userId, user2Id: bob.userId };

      // Over the socket of each: it is the person's who asks.
      expect(await bob.ask('createChat', people)).toEqual(BLOCKED);
      expect(await alice.ask('createChat', people)).toEqual(BLOCKING);
      expect(await bob.ask('sendMessage', { receiverId: alice.userId, content: 'hi' })).toEqual(BLOCKED);
      expect(await alice.ask('sendMessage', { receiverId: bob.userId, content: 'hi' })).toEqual(BLOCKING);
      expect(
        await world.sql('SELECT 1 FROM chats WHERE "user1Id" = ANY($1)', [Object.values(people)]),
      ).toEqual([]);

      await over(edge, world, alice).ok('unblockUser', { userId: bob.userId });
      expect(await bob.ok('createChat', people)).toMatchObject(people);
    });

    it('is taken back, and all is as before', async () => {
      const { alice, bob, chatId } = await blockedPair();
      expect(await over(edge, world, alice).ok('unblockUser', { userId: bob.userId })).toEqual({
        userId: bob.userId,
        blocked: false,
        blockedAt: null,
      });
      await bob.ok('sendMessage', { chatId, content: 'friends again' });
      await alice.ok('sendMessage', { chatId, content: 'friends again' });
    });

    it('of each other ends when both have taken it back', async () => {
      const { alice, bob, chatId } = await blockedPair();
      await over(edge, world, bob).ok('blockUser', { userId: alice.userId });
      expect(await bob.ask('sendMessage', { chatId, content: 'hm' })).toEqual(BLOCKED);
      expect(await alice.ask('sendMessage', { chatId, content: 'hm' })).toEqual(BLOCKED);
      await over(edge, world, alice).ok('unblockUser', { userId: bob.userId });
      expect(await bob.ask('sendMessage', { chatId, content: 'hm' })).toEqual(BLOCKING);
      await over(edge, world, bob).ok('unblockUser', { userId: alice.userId });
      await bob.ok('sendMessage', { chatId, content: 'well' });
    });

    it('given twice is one, with the moment of the first', async () => {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      const by = over(edge, world, alice);
      const first = await by.ok('blockUser', { userId: bob.userId, clientId: randomUUID() });
      expect(first).toEqual({ userId: bob.userId, blocked: true, blockedAt: expect.any(String) });
      expect(await by.ok('blockUser', { userId: bob.userId })).toEqual(first);
      expect(await by.ok('getBlocks')).toEqual([first]);
      await by.ok('unblockUser', { userId: bob.userId });
      await by.ok('unblockUser', { userId: bob.userId });
      expect(await by.ok('getBlocks')).toEqual([]);
    });

    it('is listed to the one who made it only, by id, in pages', async () => {
      const alice = await world.person();
      const others = [world.newId(), world.newId(), world.newId()];
      const by = over(edge, world, alice);
      for (const userId of others) await by.ok('blockUser', { userId });
      const list = async (page: object) =>
        (await by.ok<BlockView[]>('getBlocks', { ...page })).map((one) => one.userId);
      expect(await list({})).toEqual(others);
      expect(await list({ limit: 2 })).toEqual(others.slice(0, 2));
      expect(await list({ after: others[1] })).toEqual(others.slice(2));
      const bob = await world.person(others[0]);
      expect(await over(edge, world, bob).ok('getBlocks')).toEqual([]);
    });

    it('of oneself is refused, and so is one that names no user', async () => {
      const alice = await world.person();
      expect(await over(edge, world, alice).refused('blockUser', { userId: alice.userId })).toBe(
        'VALIDATION_FAILED',
      );
      const nobody = over(edge, world, await world.stranger());
      expect(await nobody.refused('blockUser', { userId: alice.userId })).toBe('UNAUTHENTICATED');
      expect(await nobody.refused('unblockUser', { userId: alice.userId })).toBe('UNAUTHENTICATED');
      expect(await nobody.refused('getBlocks')).toBe('UNAUTHENTICATED');
    });
  });

  it('reaches the blocker’s other devices, and not the blocked user', async () => {
    const { alice, bob } = await world.pair();
    const phone = await world.person(alice.userId);
    const view = await alice.ok('blockUser', bob.userId);
    expect(await phone.next('blockChanged')).toEqual(view);
    phone.emit('unblockUser', bob.userId);
    expect(await phone.next('blockChanged')).toMatchObject({ blocked: false });
    expect(await alice.next('blockChanged')).toMatchObject({ blocked: false });
    for (const client of [alice, bob]) {
      await client.settled();
      expect(client.unread('blockChanged')).toEqual([]);
    }
  });

  it('lets a send that was done before be repeated with its key', async () => {
    const { alice, bob, chatId } = await world.pair();
    const send = { chatId, content: 'said before', clientId: randomUUID() };
    const message = await bob.ok('sendMessage', send);
    await alice.ok('blockUser', { userId: bob.userId });
    expect(await bob.ok('sendMessage', send)).toEqual(message);
  });

  it('leaves groups as they are', async () => {
    const { alice, bob } = await blockedPair();
    const [group] = await world.sql<{ id: string }>(
      `WITH made AS (INSERT INTO chats (type, title) VALUES ('group', 'all of us') RETURNING id),
       joined AS (INSERT INTO chat_members ("chatId", "userId") SELECT id, unnest($1::bigint[]) FROM made)
       SELECT id FROM made`,
      [[alice.userId, bob.userId]],
    );
    const chatId = Number(group!.id);
    const { id } = await bob.ok<{ id: number }>('sendMessage', { chatId, content: 'hello group' });
    await bob.ok('editMessage', { messageId: id, content: 'hello, group' });
    await alice.ok('addReaction', { messageId: id, emoji: '👍' });
  });

  it('holds beyond the chat: of one that is opened after, too', async () => {
    const { alice, bob, chatId } = await blockedPair();
    await alice.ok('deleteChat', { chatId });
    expect(await bob.ask('sendMessage', { receiverId: alice.userId, content: 'hi' })).toEqual(BLOCKED);
    // The application itself may open it.
    await world.sql(`INSERT INTO chats (type, "user1Id", "user2Id") VALUES ('direct', $1, $2)`, [
      bob.userId,
      alice.userId,
    ]);
    expect(await bob.ask('sendMessage', { receiverId: alice.userId, content: 'hi' })).toEqual(BLOCKED);
    expect(await alice.ask('sendMessage', { receiverId: bob.userId, content: 'hi' })).toEqual(BLOCKING);
  });

  it('is one of at most 10,000 of a person', async () => {
    const alice = await world.person();
    const people = [world.newId(), world.newId()];
    await world.sql('INSERT INTO users (id) SELECT generate_series(5000001, 5009999)');
    await world.sql(
      'INSERT INTO user_blocks ("userId", "blockedId") SELECT $1, generate_series(5000001, 5009999)',
      [alice.userId],
    );
    const answers = await Promise.all(
      people.map((userId) => over('REST', world, alice).ask('blockUser', { userId })),
    );
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    expect(answers.find((answer) => !answer.ok)).toMatchObject({ error: { code: 'CONFLICT' } });
  });

  it('is known to features that ask, among people and in a group', async () => {
    const sql = Database.open({ url: world.config.database.url!, pool: 1, timeoutMs: 3_000 });
    const blocks = new Blocks(sql);
    const { alice, bob, chatId } = await blockedPair();
    const carol = world.newId();
    const all = [alice.userId, bob.userId, carol];
    expect(await blocks.blockersOf(bob.userId, all)).toEqual(new Set([alice.userId]));
    expect(await blocks.blockersOf(alice.userId, all)).toEqual(new Set());
    expect(await blocks.blockersOf(null, all)).toEqual(new Set());
    expect(await blocks.blockedBy(alice.userId, all)).toEqual(new Set([bob.userId]));
    expect(await blocks.blockedBy(bob.userId, all)).toEqual(new Set());
    expect(await blocks.blockedIn(chatId, alice.userId)).toEqual([bob.userId]);
    expect(await blocks.blockedIn(chatId, bob.userId)).toEqual([]);
    await sql.close();
  });

  describe('hides the blocker:', () => {
    it('the blocked user sees them offline at once, and is told nothing more of them', async () => {
      const { alice, bob } = await world.pair();
      const seen = (client: Client, userId: number) =>
        client
          .ok<PresenceView[]>('getOnlineUsers')
          .then((people) => people.some((person) => person.userId === userId));
      expect(await seen(bob, alice.userId)).toBe(true);

      await alice.ok('blockUser', { userId: bob.userId });
      let status = await bob.next<PresenceView>('userStatus');
      while (status.online) status = await bob.next<PresenceView>('userStatus');
      expect(status).toEqual({ userId: alice.userId, online: false, lastSeenAt: null });
      expect(await seen(bob, alice.userId)).toBe(false);
      expect(await seen(alice, bob.userId)).toBe(true);

      const carol = await world.person();
      await carol.ok('createChat', { user1Id: carol.userId, user2Id: alice.userId });
      // A change and its opposite inside a window of presence tell nobody: she goes and comes until both are told.
      let online = true;
      await eventually(async () => {
        online = !online;
        await alice.ok(online ? 'userOnline' : 'userOffline', alice.userId);
        await carol.settled();
        return carol.unread('userStatus').length >= 2;
      });
      await bob.settled();
      expect(bob.unread('userStatus')).toEqual([]);
    });

    it('in the chat list, over REST and in sync they are offline and never seen', async () => {
      const { alice, bob } = await world.pair();
      await alice.ok('userOffline', alice.userId);
      await alice.ok('userOnline', alice.userId);
      const views = async (client: Client, userId: number) => {
        const [item] = await client.ok<ChatListItem[]>('getChats', { userId: client.userId });
        const { chats } = await client.ok<{ chats: { chat: ChatListItem }[] }>('sync', {});
        const { body } = await world.http.get(`/users/${userId}`).set('X-User-Id', String(client.userId));
        const page = await world.http
          .get('/users')
          .query({ after: userId - 1, limit: 1 })
          .set('X-User-Id', String(client.userId));
        return [item?.otherUser, chats[0]?.chat.otherUser, body, page.body[0]];
      };
      for (const view of await views(bob, alice.userId)) {
        expect(view).toMatchObject({ id: alice.userId, lastSeenAt: expect.any(String) });
      }
      await alice.ok('blockUser', { userId: bob.userId });
      for (const view of await views(bob, alice.userId)) {
        expect(view).toMatchObject({ id: alice.userId, lastSeenAt: null });
        expect(view.online ?? false).toBe(false);
      }
      expect((await views(alice, bob.userId))[0]).toMatchObject({ online: true });
      // The application sees all.
      const { body } = await world.http.get(`/users/${alice.userId}`);
      expect(body.lastSeenAt).toEqual(expect.any(String));
    });

    it('the blocked one is told so in the end, when the database failed the first time', async () => {
      const { alice, bob } = await talkingPair();
      failOnce('blocks.sharedChat');
      const first = await alice.ask('blockUser', { userId: bob.userId });
      expect(first).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
      await alice.ok('blockUser', { userId: bob.userId });
      await bob.settled();
      expect(bob.unread('userStatus').at(-1)).toMatchObject({ userId: alice.userId, online: false });
    });

    it('a user who shares no chat with them is told nothing', async () => {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      await alice.ok('blockUser', { userId: bob.userId });
      await bob.settled();
      expect(bob.unread('userStatus')).toEqual([]);
    });
  });
});
