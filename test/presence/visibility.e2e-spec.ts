import type { PresenceView, UserView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

describe('Somebody invisible', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ PRESENCE_GRACE_MS: '0' });
  });
  afterAll(() => world.stop());

  /** Two friends who have heard of each other. */
  const friends = async (): Promise<{ alice: Client; bob: Client }> => {
    const alice = await world.person();
    const bobId = world.newId();
    await alice.ok('createChat', { user1Id: alice.userId, user2Id: bobId });
    const bob = await world.person(bobId);
    await alice.next('userStatus');
    return { alice, bob };
  };
  const seenBy = async (client: Client, userId: number): Promise<PresenceView> => {
    const [view] = await client.ok<PresenceView[]>('getPresence', { userIds: [userId] });
    return view!;
  };

  describe.each(edges)('by a command over %s', (edge) => {
    it('looks offline to others, last seen when they became invisible', async () => {
      const { alice, bob } = await friends();
      const before = Date.now();
      const set = { userId: bob.userId, visible: false };
      expect(await over(edge, world, bob).ok('setVisibility', set)).toEqual(set);
      const status = await alice.next<PresenceView>('userStatus');
      expect(status).toMatchObject({ userId: bob.userId, online: false });
      expect(Date.parse(status.lastSeenAt!)).toBeGreaterThanOrEqual(before);
      expect(await seenBy(alice, bob.userId)).toEqual(status);
      expect(await alice.ok('getOnlineUsers')).toMatchObject([{ userId: alice.userId }]);
      expect(await alice.ok('getChats')).toMatchObject([
        { otherUser: { id: bob.userId, online: false, lastSeenAt: status.lastSeenAt } },
      ]);
      const { body } = await world.http.get('/users/online').expect(200);
      expect((body as PresenceView[]).map(({ userId }) => userId)).not.toContain(bob.userId);
      expect(await over(edge, world, bob).ok('getVisibility', { userId: bob.userId })).toEqual(set);
    });

    it('is visible again once they want to be', async () => {
      const { alice, bob } = await friends();
      const asker = over(edge, world, bob);
      await asker.ok('setVisibility', { userId: bob.userId, visible: false });
      const { lastSeenAt } = await alice.next<PresenceView>('userStatus');
      await asker.ok('setVisibility', { userId: bob.userId, visible: true });
      expect(await alice.next('userStatus')).toEqual({ userId: bob.userId, online: true, lastSeenAt });
    });
  });

  it('sees others and themselves as ever, and gets their messages', async () => {
    const { alice, bob } = await friends();
    await bob.ok('setVisibility', { visible: false });
    expect(await bob.ok('getPresence', { userIds: [alice.userId, bob.userId] })).toMatchObject([
      { userId: alice.userId, online: true },
      { userId: bob.userId, online: true },
    ]);
    const message = await alice.ok('sendMessage', { receiverId: bob.userId, content: 'are you there?' });
    expect(await bob.next('newMessage')).toEqual(message);
    await alice.ok('userOffline');
    const heard = async (): Promise<PresenceView> => {
      const status = await bob.next<PresenceView>('userStatus');
      return status.online ? heard() : status;
    };
    expect(await heard()).toMatchObject({ userId: alice.userId });
  });

  it('comes and goes unseen, and stays invisible', async () => {
    const { alice, bob } = await friends();
    await bob.ok('setVisibility', { visible: false });
    const hidden = await alice.next<PresenceView>('userStatus');
    await alice.ok('watchPresence', { userIds: [bob.userId] });
    expect(await bob.ok('userOffline')).toMatchObject({ online: false });
    expect(await bob.ok('userOnline', bob.userId)).toMatchObject({ online: true });
    await bob.ok('userOffline');
    expect(await seenBy(alice, bob.userId)).toEqual(hidden);
    const { body } = await world.http.get(`/users/${bob.userId}`).expect(200);
    expect((body as UserView).lastSeenAt).toBe(hidden.lastSeenAt);

    // Nothing else is told before this is.
    const carolId = world.newId();
    await alice.ok('createChat', { user1Id: alice.userId, user2Id: carolId });
    await world.person(carolId);
    expect(await alice.next('userStatus')).toMatchObject({ userId: carolId });
  });

  it('is told on their other devices', async () => {
    const bob = await world.person();
    const tablet = await world.person(bob.userId);
    const set = { userId: bob.userId, visible: false };
    await bob.ok('setVisibility', { visible: false });
    expect(await tablet.next('visibility')).toEqual(set);
    await bob.ok('setVisibility', { visible: false });
    await Promise.all([bob.settled(), tablet.settled()]);
    expect([...bob.unread('visibility'), ...tablet.unread('visibility')]).toEqual([]);
    tablet.emit('getVisibility');
    expect(await tablet.next('visibility')).toEqual(set);
  });

  it('has to be a user: a socket without one is refused', async () => {
    const stranger = await world.stranger();
    expect(await stranger.refused('setVisibility', { visible: false })).toBe('UNAUTHENTICATED');
    expect(await stranger.ok('getVisibility', { userId: world.newId() })).toMatchObject({ visible: true });
  });
});
