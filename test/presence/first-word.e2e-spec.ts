import type { ChatListItem, PresenceView, SyncedView } from '../../src/contract/index.js';
import { bearer, connected, ownAccounts } from '../support/accounts.js';
import { edges, over, RestAsker } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

const offline = { online: false, lastSeenAt: null };

describe('With AUTH=jwt a direct chat', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), PRESENCE_GRACE_MS: '0', GROUP_ADDS: 'everybody' });
  });
  afterAll(() => world.stop());

  type Person = Awaited<ReturnType<typeof connected>>;

  /** Alice has opened a chat with Bob, and has written to him; he has not. Both are online, and he was seen before. */
  const strangers = async () => {
    const [alice, bob, carol] = [await connected(world), await connected(world), await connected(world)];
    await world.sql('UPDATE users SET "lastSeenAt" = now() WHERE id = $1', [bob.userId]);
    const { id: chatId } = await alice.ok<{ id: number }>('createChat', {
      user1Id: alice.userId,
      user2Id: bob.userId,
    });
    await alice.ok('sendMessage', { chatId, content: 'hello stranger' });
    return { alice, bob, carol, chatId };
  };

  /** Everything by which one of them could see the other, by what either edge says. */
  const views = async (viewer: Person, other: Person, edge: (typeof edges)[number]) => {
    const asker = edge === 'REST' ? new RestAsker(world, 0, bearer(viewer.session.accessToken)) : viewer;
    const [asked] = await asker.ok<PresenceView[]>('getPresence', { userIds: [other.userId] });
    const online = await asker.ok<PresenceView[]>('getOnlineUsers');
    const list = await asker.ok<ChatListItem[]>('getChats', { userId: viewer.userId });
    const { chats } = await asker.ok<SyncedView>('sync');
    const { body } = await world.http
      .get(`/users/${other.userId}`)
      .set(bearer(viewer.session.accessToken))
      .expect(200);
    return {
      presence: { online: asked!.online, lastSeenAt: asked!.lastSeenAt },
      listed: online.some(({ userId }) => userId === other.userId),
      items: [...list, ...chats.map(({ chat }) => chat)].flatMap(({ otherUser }) =>
        otherUser ? [{ online: otherUser.online, lastSeenAt: otherUser.lastSeenAt }] : [],
      ),
      profile: body.lastSeenAt as string | null,
    };
  };

  describe.each(edges)('over %s', (edge) => {
    it('shows somebody to the one who opened it from their first word on, and not before', async () => {
      const { alice, bob, chatId } = await strangers();
      expect(await views(alice, bob, edge)).toEqual({
        presence: offline,
        listed: false,
        items: [offline, offline],
        profile: null,
      });
      // She has written herself.
      expect(await views(bob, alice, edge)).toMatchObject({ presence: { online: true }, listed: true });

      await bob.ok('sendMessage', { chatId, content: 'hello' });
      const seen = { online: true, lastSeenAt: expect.any(String) };
      expect(await views(alice, bob, edge)).toEqual({
        presence: seen,
        listed: true,
        items: [seen, seen],
        profile: expect.any(String),
      });
    });

    it('hides nobody who shares a group', async () => {
      const { alice, bob } = await strangers();
      await alice.ok('createGroup', { title: 'Us', memberIds: [bob.userId] });
      expect(await views(alice, bob, edge)).toMatchObject({ presence: { online: true }, listed: true });
    });
  });

  it('tells of their coming and going from their first word on, to watchers, too', async () => {
    const { alice, bob, carol, chatId } = await strangers();
    // A friend of his: what she hears, all who may hear it have been told.
    await bob.ok('sendMessage', { receiverId: carol.userId, content: 'a friend' });
    await alice.ok('watchPresence', { userIds: [bob.userId] });
    const next = async (client: Client, online: boolean): Promise<PresenceView> => {
      const status = await client.next<PresenceView>('userStatus');
      return status.userId === bob.userId && status.online === online ? status : next(client, online);
    };
    bob.close();
    await next(carol, false);
    const back = await world.bearer(bob.userId, bob.session.accessToken);
    await next(carol, true);
    await alice.settled();
    const heard = alice.unread('userStatus') as PresenceView[];
    expect(heard.filter(({ userId }) => userId === bob.userId)).toEqual([]);

    await back.ok('sendMessage', { chatId, content: 'hello' });
    back.close();
    expect(await next(alice, false)).toMatchObject({ userId: bob.userId, lastSeenAt: expect.any(String) });
  });
});

describe('In open mode a direct chat', () => {
  it('shows both from the start', async () => {
    const world = await World.start();
    const { alice, bob } = await world.pair();
    for (const edge of edges) {
      expect(await over(edge, world, alice).ok('getPresence', { userIds: [bob.userId] })).toMatchObject([
        { online: true },
      ]);
      expect(await over(edge, world, alice).ok('getChats', { userId: alice.userId })).toMatchObject([
        { otherUser: { online: true } },
      ]);
    }
    await world.stop();
  });
});
