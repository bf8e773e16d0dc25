import type { BannedPage, MessageView } from '../../src/contract/index.js';
import { edges, over, RestAsker } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

describe.each(edges)('A ban, over %s,', (edge) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const as = (client: Client) => over(edge, world, client);

  it('removes a member, tells all, and holds until it is lifted', async () => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [bob, carol] = members as [Client, Client];
    const key = { chatId, userId: bob.userId };
    const removed = await as(owner).ok('banMember', { ...key, reason: 'spam' });
    expect(removed).toMatchObject({ ...key, banned: true, memberCount: 2, by: owner.userId });
    expect(removed).not.toHaveProperty('reason');
    for (const client of [bob, carol]) expect(await client.next('memberRemoved')).toEqual(removed);
    expect(await carol.next<MessageView>('newMessage')).toMatchObject({
      content: `User ${owner.userId} banned User ${bob.userId}`,
      metadata: { event: 'memberRemoved', userId: bob.userId, banned: true },
    });
    expect(await as(bob).refused('sendMessage', { chatId, content: 'hi' })).toBe('NOT_FOUND');
    const adding = { chatId, userIds: [world.newId(), bob.userId] };
    const application = edge === 'REST' ? new RestAsker(world, 0) : await world.stranger();
    for (const adder of [as(owner), application]) {
      expect(await adder.ask('addMembers', adding)).toMatchObject({
        ok: false,
        error: { code: 'CONFLICT', details: { reason: 'banned', userIds: [bob.userId] } },
      });
    }
    expect(await as(owner).ok<BannedPage>('getBanned', { chatId })).toEqual({
      chatId,
      banned: [
        {
          userId: bob.userId,
          name: null,
          externalId: null,
          avatarUrl: null,
          bannedAt: expect.any(String),
          bannedBy: owner.userId,
          reason: 'spam',
        },
      ],
      more: false,
    });
    expect(await as(carol).refused('getBanned', { chatId })).toBe('FORBIDDEN');
    // Again: no change, and the reason stays.
    expect(await as(owner).ok('banMember', key)).toMatchObject({ banned: true, changed: false });
    expect((await as(owner).ok<BannedPage>('getBanned', { chatId })).banned[0]).toMatchObject({
      reason: 'spam',
    });

    expect(await as(owner).ok('unbanMember', key)).toEqual(key);
    expect(await as(owner).ok('unbanMember', key)).toEqual({ ...key, changed: false });
    expect(await as(owner).ok<BannedPage>('getBanned', { chatId })).toEqual({
      chatId,
      banned: [],
      more: false,
    });
    await as(owner).ok('addMembers', { chatId, userIds: [bob.userId] });
    await as(bob).ok('sendMessage', { chatId, content: 'back' });
  });

  it('of somebody who is not a member ends their invitation and tells no member', async () => {
    const { chatId, owner, members } = await groupOf(world, 1);
    const [carol] = members as [Client];
    const bob = await world.person();
    await bob.ok('setGroupAdds', { groupAdds: 'invited' });
    expect(await owner.ok('addMembers', { chatId, userIds: [bob.userId] })).toMatchObject({
      invited: [bob.userId],
    });
    await bob.next('invitationReceived');
    expect(await as(owner).ok('banMember', { chatId, userId: bob.userId })).toMatchObject({
      banned: true,
      changed: false,
      memberCount: 2,
    });
    expect(await bob.next('invitationEnded')).toEqual({ chatId, reason: 'revoked' });
    expect(await as(bob).refused('acceptInvitation', { chatId })).toBe('NOT_FOUND');
    expect(await as(owner).refused('addMembers', { chatId, userIds: [bob.userId] })).toBe('CONFLICT');
    await carol.settled();
    expect(carol.unread('memberRemoved')).toEqual([]);
  });

  it('is listed in pages, by user id', async () => {
    const { chatId, owner } = await groupOf(world, 1);
    const ids = Array.from({ length: 5 }, () => world.newId());
    await world.sql('INSERT INTO users (id) SELECT unnest($1::bigint[])', [ids]);
    for (const userId of ids) await as(owner).ok('banMember', { chatId, userId });
    const first = await as(owner).ok<BannedPage>('getBanned', { chatId, limit: 3 });
    expect(first.banned.map(({ userId }) => userId)).toEqual(ids.slice(0, 3));
    expect(first.more).toBe(true);
    const rest = await as(owner).ok<BannedPage>('getBanned', { chatId, limit: 3, after: ids[2] });
    expect(rest.banned.map(({ userId }) => userId)).toEqual(ids.slice(3));
    expect(rest.more).toBe(false);
  });
});
