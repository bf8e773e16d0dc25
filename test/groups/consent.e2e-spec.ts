import type {
  AddedMembersView,
  ChatDetails,
  ChatView,
  CreatedGroupView,
  GroupAddsView,
  InvitationView,
  MessageView,
} from '../../src/contract/index.js';
import { edges, over, RestAsker } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

const membersOf = async (world: World, chatId: number): Promise<number[]> => {
  const rows = await world.sql<{ userId: string }>(
    'SELECT "userId" FROM chat_members WHERE "chatId" = $1 ORDER BY "userId"',
    [chatId],
  );
  return rows.map(({ userId }) => Number(userId));
};

const invitationsOf = async (client: Client): Promise<number[]> =>
  (await client.ok<InvitationView[]>('getInvitations')).map(({ chatId }) => chatId);

const people = async (world: World) =>
  (await Promise.all(Array.from({ length: 3 }, () => world.person()))) as [Client, Client, Client];

/** `writer` becomes a contact of `other`. */
const writesTo = (writer: Client, other: Client) =>
  writer.ok('sendMessage', { receiverId: other.userId, content: 'hello' });

describe('Somebody who is added to a group', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  describe.each(edges)('over %s', (edge) => {
    it('and blocks the one who adds is left out, and the answer says what it says of others', async () => {
      const [bob, alice, carol] = await people(world);
      await alice.ok('blockUser', { userId: bob.userId });
      await carol.ok('setGroupAdds', { groupAdds: 'invited' });
      const adder = over(edge, world, bob);
      const memberIds = [alice.userId, carol.userId];
      const { id: chatId, ...made } = await adder.ok<CreatedGroupView>('createGroup', {
        title: 'Us',
        memberIds,
      });
      expect(made).toMatchObject({ memberCount: 1, invited: memberIds });
      expect(await membersOf(world, chatId)).toEqual([bob.userId]);
      expect(await carol.next('invitationReceived')).toMatchObject({ chatId });

      const again = await adder.ok<AddedMembersView>('addMembers', { chatId, userIds: memberIds });
      expect(again).toMatchObject({ userIds: [], invited: memberIds, memberCount: 1 });
      // Revoking answers the same for both, and the second time, too.
      for (const userId of memberIds) {
        expect(await adder.ok('removeMember', { chatId, userId })).toMatchObject({ userId, memberCount: 1 });
        expect(await adder.refused('removeMember', { chatId, userId })).toBe('NOT_FOUND');
      }
      await alice.settled();
      expect([...alice.unread('newChat'), ...alice.unread('invitationReceived')]).toEqual([]);
      expect(await invitationsOf(alice)).toEqual([]);
    });

    it('by one who blocks them is neither added nor invited', async () => {
      const [bob, alice, carol] = await people(world);
      await bob.ok('blockUser', { userId: alice.userId });
      const adder = over(edge, world, bob);
      const memberIds = [alice.userId, carol.userId];
      const made = await adder.ok<CreatedGroupView>('createGroup', { title: 'Us', memberIds });
      expect(made).toMatchObject({ memberCount: 2 });
      expect(made).not.toHaveProperty('invited');
      expect(await membersOf(world, made.id)).toEqual([bob.userId, carol.userId]);
      await alice.settled();
      expect([...alice.unread('newChat'), ...alice.unread('invitationReceived')]).toEqual([]);
    });

    it('and left it by themselves is invited from then on, and comes back by their own act', async () => {
      const { chatId, owner, members } = await groupOf(world, 2);
      const [bob, carol] = members as [Client, Client];
      await over(edge, world, bob).ok('leaveChat', { chatId });
      await over(edge, world, carol).ok('removeMember', { chatId, userId: carol.userId });
      const userIds = [bob.userId, carol.userId];
      expect(await over(edge, world, owner).ok('addMembers', { chatId, userIds })).toMatchObject({
        userIds: [],
        invited: userIds,
        memberCount: 1,
      });
      expect(await membersOf(world, chatId)).toEqual([owner.userId]);

      const phone = await world.person(bob.userId);
      const chat = await over(edge, world, bob).ok<ChatView>('acceptInvitation', { chatId });
      expect(chat).toMatchObject({ id: chatId, memberCount: 2 });
      expect(await phone.next('newChat')).toMatchObject(chat);
      expect(await owner.next('membersAdded')).toMatchObject({ userIds: [bob.userId], by: bob.userId });
      expect(await phone.next<MessageView>('newMessage')).toMatchObject({
        type: 'system',
        content: `User ${bob.userId} joined`,
        metadata: { event: 'membersAdded', userIds: [bob.userId], by: bob.userId },
      });
      expect(await over(edge, world, bob).ok('acceptInvitation', { chatId })).toMatchObject({ id: chatId });
      await bob.ok('sendMessage', { chatId, content: 'back' });
      expect(await invitationsOf(bob)).toEqual([]);
    });

    it('and was removed by an admin may be added again', async () => {
      const { chatId, owner, members } = await groupOf(world, 1);
      const [bob] = members as [Client];
      await owner.ok('removeMember', { chatId, userId: bob.userId });
      expect(
        await over(edge, world, owner).ok('addMembers', { chatId, userIds: [bob.userId] }),
      ).toMatchObject({
        userIds: [bob.userId],
      });
    });

    it('and left is added by the application all the same, whoever they block or whatever they have set', async () => {
      const { chatId, members } = await groupOf(world, 1);
      const [bob] = members as [Client];
      await bob.ok('leaveChat', { chatId });
      await bob.ok('setGroupAdds', { groupAdds: 'invited' });
      const application = edge === 'REST' ? new RestAsker(world, 0) : await world.stranger();
      expect(await application.ok('addMembers', { chatId, userIds: [bob.userId] })).toMatchObject({
        userIds: [bob.userId],
      });
      await bob.next('newChat');
    });

    it('is asked as they have set it, which their other devices hear and nobody else sees', async () => {
      const [alice, bob] = await people(world);
      const tablet = await world.person(bob.userId);
      const asker = over(edge, world, bob);
      const set = { userId: bob.userId, groupAdds: 'contacts' };
      expect(await asker.ok('getGroupAdds', { userId: bob.userId })).toEqual({ ...set, groupAdds: null });
      expect(await asker.ok<GroupAddsView>('setGroupAdds', set)).toEqual(set);
      expect(await tablet.next('groupAdds')).toEqual(set);
      expect(await asker.ok('getGroupAdds', { userId: bob.userId })).toEqual(set);
      const { body } = await world.http.get(`/users/${bob.userId}`).set('X-User-Id', String(alice.userId));
      expect(body).not.toHaveProperty('groupAdds');

      const memberIds = [bob.userId];
      const group = { title: 'Us', memberIds };
      expect(await alice.ok('createGroup', group)).toMatchObject({ memberCount: 1, invited: memberIds });
      // That alice writes makes her no contact of his.
      await writesTo(alice, bob);
      expect(await alice.ok('createGroup', group)).toMatchObject({ memberCount: 1, invited: memberIds });
      await writesTo(bob, alice);
      expect(await alice.ok('createGroup', group)).toMatchObject({ memberCount: 2 });

      await asker.ok('setGroupAdds', { ...set, groupAdds: 'invited' });
      expect(await alice.ok('createGroup', group)).toMatchObject({ memberCount: 1, invited: memberIds });
      await asker.ok('setGroupAdds', { ...set, groupAdds: null });
      expect(await alice.ok('createGroup', group)).toMatchObject({ memberCount: 2 });
      expect(await asker.refused('setGroupAdds', { ...set, groupAdds: 'nobody' })).toBe('VALIDATION_FAILED');
    });
  });
});

describe('An invitation', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ GROUP_ADDS: 'invited' });
  });
  afterAll(() => world.stop());

  /** A group of one, and somebody who is invited to it. */
  const invited = async () => {
    const [alice, bob] = await people(world);
    const { id: chatId } = await alice.ok<CreatedGroupView>('createGroup', {
      title: 'Garden',
      memberIds: [bob.userId],
    });
    const invitation = await bob.next<InvitationView>('invitationReceived');
    return { alice, bob, chatId, invitation };
  };

  describe.each(edges)('over %s', (edge) => {
    it('shows the group to the invited only as far as they need, and is there after they were away', async () => {
      const { alice, bob, chatId, invitation } = await invited();
      expect(invitation).toEqual({
        chatId,
        title: 'Garden',
        avatarUrl: null,
        memberCount: 1,
        invitedBy: alice.userId,
        inviter: { userId: alice.userId, name: null, avatarUrl: null },
        invitedAt: expect.any(String),
      });
      const asker = over(edge, world, bob);
      expect(await asker.ok('getInvitations')).toEqual([invitation]);
      for (const command of ['getChat', 'getMessages', 'getMembers']) {
        expect(await asker.refused(command, { chatId })).toBe('NOT_FOUND');
      }
      expect(await asker.ok('getChats', { userId: bob.userId })).toEqual([]);
      await alice.settled();
      expect(alice.unread('invitationReceived')).toEqual([]);
      const details = await over(edge, world, alice).ok<ChatDetails>('getChat', { chatId });
      expect(details.members.map(({ userId }) => userId)).toEqual([alice.userId]);
    });

    it('can be accepted by the invited only', async () => {
      const { bob, chatId } = await invited();
      const eve = await world.person();
      for (const command of ['acceptInvitation', 'declineInvitation']) {
        expect(await over(edge, world, eve).refused(command, { chatId })).toBe('NOT_FOUND');
      }
      expect(await over(edge, world, bob).ok('acceptInvitation', { chatId })).toMatchObject({
        memberCount: 2,
      });
    });

    it('that is declined is gone for the invited and silent for those who invite, for days', async () => {
      const { alice, bob, chatId } = await invited();
      const phone = await world.person(bob.userId);
      const userIds = [bob.userId];
      const ended = { chatId, reason: 'declined' };
      expect(await over(edge, world, bob).ok('declineInvitation', { chatId })).toEqual(ended);
      expect(await phone.next('invitationEnded')).toEqual(ended);
      expect(await over(edge, world, bob).refused('declineInvitation', { chatId })).toBe('NOT_FOUND');
      expect(await over(edge, world, bob).refused('acceptInvitation', { chatId })).toBe('NOT_FOUND');
      await alice.settled();
      expect(alice.unread('invitationEnded')).toEqual([]);

      const inviter = over(edge, world, alice);
      expect(await inviter.ok('addMembers', { chatId, userIds })).toMatchObject({ invited: userIds });
      expect(await inviter.ok('removeMember', { chatId, userId: bob.userId })).toMatchObject({
        memberCount: 1,
      });
      expect(await inviter.ok('addMembers', { chatId, userIds })).toMatchObject({ invited: userIds });
      await bob.settled();
      expect(bob.unread('invitationReceived')).toEqual([]);
      expect(await invitationsOf(bob)).toEqual([]);

      await world.sql(
        `UPDATE chat_refusals SET "declinedAt" = now() - interval '8 days' WHERE "userId" = $1`,
        [bob.userId],
      );
      await inviter.ok('addMembers', { chatId, userIds });
      expect(await bob.next('invitationReceived')).toMatchObject({ chatId });
    });

    it('is not repeated while it stands, and is gone once it is revoked', async () => {
      const { alice, bob, chatId } = await invited();
      const inviter = over(edge, world, alice);
      await inviter.ok('addMembers', { chatId, userIds: [bob.userId] });
      await bob.settled();
      expect(bob.unread('invitationReceived')).toEqual([]);
      await inviter.ok('removeMember', { chatId, userId: bob.userId });
      expect(await bob.next('invitationEnded')).toEqual({ chatId, reason: 'revoked' });
      expect(await over(edge, world, bob).refused('acceptInvitation', { chatId })).toBe('NOT_FOUND');
    });

    it('ends with its group: deleted by its owner, or left by its last member', async () => {
      for (const command of ['deleteChat', 'leaveChat']) {
        const { alice, bob, chatId } = await invited();
        await over(edge, world, alice).ok(command, { chatId });
        expect(await bob.next('invitationEnded')).toEqual({ chatId, reason: 'revoked' });
        expect(await over(edge, world, bob).refused('acceptInvitation', { chatId })).toBe('NOT_FOUND');
        expect(await world.sql('SELECT 1 FROM chat_invitations WHERE "chatId" = $1', [chatId])).toEqual([]);
      }
    });

    it('made by the same command with its key is one, and answers the same', async () => {
      const [alice, bob] = await people(world);
      const draft = { title: 'Once', memberIds: [bob.userId], clientId: 'once' };
      const first = await over(edge, world, alice).ok('createGroup', draft);
      expect(first).toMatchObject({ invited: [bob.userId] });
      await world.sql('DELETE FROM idempotency_keys WHERE "actorId" = $1', [alice.userId]);
      expect(await over(edge, world, alice).ok('createGroup', draft)).toEqual({ ...first, changed: false });
      expect(await invitationsOf(bob)).toHaveLength(1);
    });
  });

  it('by somebody whom the invited blocks by now is not listed', async () => {
    const { alice, bob } = await invited();
    await bob.ok('blockUser', { userId: alice.userId });
    expect(await invitationsOf(bob)).toEqual([]);
    await bob.ok('unblockUser', { userId: alice.userId });
    expect(await invitationsOf(bob)).toHaveLength(1);
  });

  it('into a group that is full stays, and says so', async () => {
    const { bob, chatId } = await invited();
    await world.sql('UPDATE chats SET "memberCount" = 1000 WHERE id = $1', [chatId]);
    expect(await bob.refused('acceptInvitation', { chatId })).toBe('GROUP_FULL');
    expect(await invitationsOf(bob)).toEqual([chatId]);
  });

  it('is one of at most 200 of a person: the oldest goes, and they hear so', async () => {
    const [alice, bob] = await people(world);
    await world.sql(
      `WITH made AS (INSERT INTO chats (type, title) SELECT 'group', 'G' FROM generate_series(1, 200) RETURNING id)
       INSERT INTO chat_invitations ("chatId", "userId", "invitedBy", withheld, "createdAt")
       SELECT id, $1, $2, false, now() - interval '1 hour' + id * interval '1 ms' FROM made`,
      [bob.userId, alice.userId],
    );
    const before = await invitationsOf(bob);
    expect(before).toHaveLength(200);
    const { id } = await alice.ok<ChatView>('createGroup', { title: 'One more', memberIds: [bob.userId] });
    expect(await bob.next('invitationEnded')).toEqual({ chatId: before.at(-1), reason: 'revoked' });
    expect(await invitationsOf(bob)).toEqual([id, ...before.slice(0, -1)]);
  });

  it('is found on another node, and there accepted or declined, one of the two', async () => {
    const other = await World.start({ DATABASE_URL: world.config.database.url!, GROUP_ADDS: 'invited' });
    const alice = await world.person();
    const bob = await other.person(world.newId());
    const { id: chatId } = await alice.ok<ChatView>('createGroup', { title: 'Two', memberIds: [bob.userId] });
    expect(await invitationsOf(bob)).toEqual([chatId]);
    // Accepted on one node and declined on the other at once: one of the two holds.
    const twin = await world.person(bob.userId);
    const answers = await Promise.all([
      bob.ask('acceptInvitation', { chatId }),
      twin.ask('declineInvitation', { chatId }),
    ]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await membersOf(world, chatId)).toHaveLength(answers[0].ok ? 2 : 1);
    await other.stop();
  });
});

describe('With GROUP_ADDS=contacts', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ GROUP_ADDS: 'contacts', RATE_LIMITS: 'on', RATE_LIMIT_ADDS: '5/1h' });
  });
  afterAll(() => world.stop());

  it('somebody who has written to the one who adds is added, and a stranger is invited', async () => {
    const [alice, bob, carol] = await people(world);
    await writesTo(bob, alice);
    await writesTo(alice, carol);
    expect(
      await alice.ok('createGroup', { title: 'Us', memberIds: [bob.userId, carol.userId] }),
    ).toMatchObject({ memberCount: 2, invited: [carol.userId] });
  });

  describe.each(edges)('over %s', (edge) => {
    it('each stranger counts against RATE_LIMIT_ADDS, a contact does not, and a refusal does nothing', async () => {
      const alice = await world.person();
      const bob = await world.person();
      await writesTo(bob, alice);
      const adder = over(edge, world, alice);
      const strangers = (count: number) => Array.from({ length: count }, () => world.newId());
      const { id: chatId } = await adder.ok<ChatView>('createGroup', {
        title: 'Us',
        memberIds: [bob.userId, ...strangers(3)],
      });
      const refused = await adder.ask('addMembers', { chatId, userIds: strangers(3) });
      expect(refused).toMatchObject({
        ok: false,
        error: { code: 'RATE_LIMITED', details: { limit: 'adds' }, retryAfterMs: expect.any(Number) },
      });
      expect(
        await adder.refused('createGroup', { title: 'More', memberIds: [bob.userId, ...strangers(3)] }),
      ).toBe('RATE_LIMITED');
      await adder.ok('addMembers', { chatId, userIds: strangers(2) });
      expect(await adder.refused('addMembers', { chatId, userIds: strangers(1) })).toBe('RATE_LIMITED');
      expect(await adder.ok('createGroup', { title: 'Two', memberIds: [bob.userId] })).toMatchObject({
        memberCount: 2,
      });
      expect(
        await world.sql('SELECT 1 FROM chat_invitations WHERE "invitedBy" = $1', [alice.userId]),
      ).toHaveLength(5);
      expect(await alice.ok('getChats', { userId: alice.userId })).toHaveLength(3);
    });

    it('more strangers than the limit ever allows are refused as such', async () => {
      const alice = await world.person();
      const memberIds = Array.from({ length: 6 }, () => world.newId());
      expect(await over(edge, world, alice).ask('createGroup', { title: 'Us', memberIds })).toMatchObject({
        ok: false,
        error: {
          code: 'VALIDATION_FAILED',
          details: [{ path: 'memberIds', message: 'expected at most 5 users who are not your contacts' }],
        },
      });
    });
  });
});
