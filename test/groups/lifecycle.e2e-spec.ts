import type {
  ChatDetails,
  ChatListItem,
  ChatView,
  MembersPage,
  MessageView,
} from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { World } from '../support/world.js';

describe('Groups', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  describe.each(edges)('over %s', (edge) => {
    it('are made by their owner, and all members hear newChat', async () => {
      const [alice, bob, carol] = await Promise.all([world.person(), world.person(), world.person()]);
      const phone = await world.person(alice.userId);
      const chat = await over(edge, world, alice).ok<ChatView>('createGroup', {
        title: 'Garden',
        memberIds: [bob.userId, carol.userId, bob.userId],
        avatarUrl: 'https://example.com/garden.png',
        metadata: { colour: 'green' },
      });
      expect(chat).toMatchObject({
        type: 'group',
        title: 'Garden',
        avatarUrl: 'https://example.com/garden.png',
        metadata: { colour: 'green' },
        historyVisible: 'all',
        memberCount: 3,
        user1Id: null,
        user2Id: null,
        lastSeq: 0,
        version: 1,
      });
      for (const client of [bob, carol, phone]) expect(await client.next('newChat')).toEqual(chat);
      await alice.settled();
      if (edge === 'Socket.IO') expect(alice.unread('newChat')).toEqual([]);

      const details = await over(edge, world, bob).ok<ChatDetails>('getChat', { chatId: chat.id });
      expect(details.members.map(({ userId, role }) => [userId, role])).toEqual([
        [alice.userId, 'owner'],
        [bob.userId, 'member'],
        [carol.userId, 'member'],
      ]);
      const message = await over(edge, world, carol).ok<MessageView>('sendMessage', {
        chatId: chat.id,
        content: 'hello',
      });
      expect(message).toMatchObject({ seq: 1, type: 'text', receiverId: null });
      expect(await alice.next('newMessage')).toEqual(message);
      expect(await bob.next('newMessage')).toEqual(message);
      expect(await bob.ok('getChats')).toMatchObject([{ id: chat.id, unread: 1, role: 'member' }]);
    });

    it('made again with the same clientId are the same', async () => {
      const alice = await world.person();
      const draft = { title: 'Once', memberIds: [world.newId()], clientId: 'once' };
      const first = await over(edge, world, alice).ok('createGroup', draft);
      await world.sql('DELETE FROM idempotency_keys WHERE "actorId" = $1', [alice.userId]);
      expect(await over(edge, world, alice).ok('createGroup', draft)).toEqual({ ...first, changed: false });
      expect(await alice.ok('getChats')).toHaveLength(1);
    });

    it('change their title, picture and metadata, and tell of it in order', async () => {
      const { chatId, owner, members } = await groupOf(world, 1);
      const changed = await over(edge, world, owner).ok<ChatView>('updateChat', {
        chatId,
        title: 'New',
        avatarUrl: null,
        metadata: { a: 1 },
      });
      expect(changed).toMatchObject({ title: 'New', metadata: { a: 1 }, version: 2, lastSeq: 0 });
      expect(await members[0]!.next('chatUpdated')).toEqual(changed);
      for (const client of [owner, members[0]!]) {
        expect(await client.next<MessageView>('newMessage')).toMatchObject({
          type: 'system',
          senderId: owner.userId,
          content: `User ${owner.userId} changed the title to “New”`,
          metadata: { event: 'chatUpdated', title: 'New', by: owner.userId },
          seq: 1,
          version: 3,
        });
      }
      const again = await over(edge, world, owner).ok<ChatView>('updateChat', { chatId, title: 'New' });
      expect(again).toMatchObject({ version: 3, lastSeq: 1 });
      expect(await owner.ok('updateChat', { chatId, metadata: { b: 2 } })).toMatchObject({ version: 4 });
      expect(await members[0]!.ok('getMessages', { chatId })).toMatchObject({ messages: [{ seq: 1 }] });
    });

    it('take people in, who hear newChat and from then on everything', async () => {
      const { chatId, owner, members } = await groupOf(world, 1);
      const [bob] = members;
      const dave = await world.person();
      const tablet = await world.person(dave.userId);
      const added = await over(edge, world, owner).ok('addMembers', {
        chatId,
        userIds: [dave.userId, bob!.userId],
      });
      expect(added).toMatchObject({
        chatId,
        version: 2,
        membersVersion: 2,
        memberCount: 3,
        userIds: [dave.userId],
        by: owner.userId,
      });
      expect(await bob!.next('membersAdded')).toEqual({
        ...added,
        users: [{ userId: dave.userId, name: null, avatarUrl: null }],
      });
      for (const client of [dave, tablet]) {
        expect(await client.next('newChat')).toMatchObject({ id: chatId, memberCount: 3, version: 2 });
        expect(await client.next('newMessage')).toMatchObject({
          type: 'system',
          metadata: { event: 'membersAdded', userIds: [dave.userId], by: owner.userId },
          version: 3,
        });
      }
      await bob!.ok('sendMessage', { chatId, content: 'welcome' });
      expect(await tablet.next('newMessage')).toMatchObject({ content: 'welcome', version: 4 });
      expect(await dave.ok('getChats')).toMatchObject([{ id: chatId, unread: 1 }]);
      expect(
        await over(edge, world, owner).ok('addMembers', { chatId, userIds: [dave.userId] }),
      ).toMatchObject({
        userIds: [],
        version: 4,
      });
    });

    it('let people go: those who left hear it last, and nothing after', async () => {
      const { chatId, owner, members } = await groupOf(world, 2);
      const [bob, carol] = members as [(typeof members)[0], (typeof members)[0]];
      const left = await over(edge, world, bob).ok('leaveChat', { chatId });
      expect(left).toMatchObject({ userId: bob.userId, by: bob.userId, memberCount: 2, version: 2 });
      expect(await owner.next('memberRemoved')).toEqual(left);
      const removed = await over(edge, world, owner).ok('removeMember', { chatId, userId: carol.userId });
      expect(await carol.next('memberRemoved')).toEqual(left);
      expect(await carol.next('memberRemoved')).toEqual(removed);
      await owner.ok('sendMessage', { chatId, content: 'alone' });
      for (const client of [bob, carol]) {
        await client.settled();
        const heard = client.unread('newMessage') as MessageView[];
        expect(heard.map(({ content }) => content)).not.toContain('alone');
        for (const command of ['getChat', 'getMessages', 'getMembers', 'leaveChat']) {
          expect(await over(edge, world, client).refused(command, { chatId })).toBe('NOT_FOUND');
        }
        expect(await over(edge, world, client).refused('sendMessage', { chatId, content: 'x' })).toBe(
          'NOT_FOUND',
        );
        expect(await client.ok('getChats')).toEqual([]);
      }
      const { messages } = await owner.ok<{ messages: MessageView[] }>('getMessages', { chatId });
      expect(messages.map(({ content }) => content)).toEqual([
        `User ${bob.userId} left`,
        `User ${owner.userId} removed User ${carol.userId}`,
        'alone',
      ]);
    });

    it('are left by their owner to the longest-standing admin, and deleted by the last to leave', async () => {
      const { chatId, owner, members } = await groupOf(world, 3);
      const [bob, carol, dave] = members as [(typeof members)[0], (typeof members)[0], (typeof members)[0]];
      await owner.ok('setRole', { chatId, userId: carol.userId, role: 'admin' });
      await over(edge, world, owner).ok('leaveChat', { chatId });
      await carol.next('memberUpdated');
      expect(await carol.next('memberUpdated')).toMatchObject({
        userId: carol.userId,
        role: 'owner',
        version: 5,
      });
      await carol.ok('leaveChat', { chatId });
      expect(await dave.ok('getChat', { chatId })).toMatchObject({
        members: [
          { userId: bob.userId, role: 'owner' },
          { userId: dave.userId, role: 'member' },
        ],
        lastMessage: { content: `User ${carol.userId} left; User ${bob.userId} is the owner now` },
      });
      await dave.ok('leaveChat', { chatId });
      expect(await over(edge, world, bob).ok('leaveChat', { chatId })).toMatchObject({ memberCount: 0 });
      expect(await world.sql('SELECT 1 FROM chats WHERE id = $1', [chatId])).toEqual([]);
      expect(await world.sql('SELECT 1 FROM messages WHERE "chatId" = $1', [chatId])).toEqual([]);
    });

    it('are muted, archived and pinned by each for themselves, on all devices', async () => {
      const { chatId, owner, members } = await groupOf(world, 1);
      const phone = await world.person(owner.userId);
      const mutedUntil = '2030-01-01T00:00:00.000Z';
      const view = await over(edge, world, owner).ok('updateMembership', {
        chatId,
        mutedUntil,
        archived: true,
        pinned: true,
      });
      expect(view).toMatchObject({
        chatId,
        mutedUntil,
        archivedAt: expect.any(String),
        pinnedAt: expect.any(String),
      });
      expect(await phone.next('membershipUpdated')).toEqual(view);
      const [item] = await owner.ok<ChatListItem[]>('getChats');
      expect(item).toMatchObject({ mutedUntil, version: 1 });
      expect(
        await over(edge, world, owner).ok('updateMembership', { chatId, mutedUntil: null, pinned: false }),
      ).toMatchObject({
        mutedUntil: null,
        archivedAt: item!.archivedAt,
        pinnedAt: null,
      });
      await members[0]!.settled();
      expect(members[0]!.unread('membershipUpdated')).toEqual([]);
      expect(await members[0]!.ok('getChats')).toMatchObject([{ mutedUntil: null, archivedAt: null }]);
    });

    it('show their members a page at a time', async () => {
      const { chatId, owner, members } = await groupOf(world, 4);
      const ids = [owner, ...members].map(({ userId }) => userId).sort((a, b) => a - b);
      const page = (input: object) =>
        over(edge, world, owner).ok<MembersPage>('getMembers', { chatId, ...input });
      const first = await page({ limit: 2 });
      expect(first).toMatchObject({ more: true, membersVersion: 1 });
      const rest = await page({ limit: 3, after: first.members.at(-1)!.userId });
      expect(rest.more).toBe(false);
      expect([...first.members, ...rest.members].map(({ userId }) => userId)).toEqual(ids);
    });
  });

  it('are deleted by their owner, and all members hear it', async () => {
    const { chatId, owner, members } = await groupOf(world, 2);
    expect(await members[0]!.refused('deleteChat', chatId)).toBe('FORBIDDEN');
    await owner.ok('deleteChat', chatId);
    for (const member of members) expect(await member.next('chatDeleted')).toMatchObject({ chatId });
    expect(await members[1]!.refused('getChat', chatId)).toBe('NOT_FOUND');
  });

  it('made by nobody in particular belong to the first of their members', async () => {
    const [one, other] = [world.newId(), world.newId()];
    const { body } = await world.http
      .post('/chats')
      .send({ title: 'App', memberIds: [one, other] })
      .expect(201);
    const details = await world.http.get(`/chats/${body.id}`).expect(200);
    expect(details.body.members).toMatchObject([{ userId: one, role: 'owner' }, { userId: other }]);
    await world.http.post('/chats').send({ title: 'App', memberIds: [] }).expect(400);
  });

  it('share their route with direct chats: the body says which it is', async () => {
    const [one, other] = [world.newId(), world.newId()];
    const direct = await world.http.post('/chats').send({ user1Id: one, user2Id: other }).expect(201);
    expect(direct.body).toMatchObject({ type: 'direct' });
    const { body } = await world.http.post('/chats').send({ title: 'No members' }).expect(400);
    expect(body.error).toMatchObject({ details: [{ path: 'memberIds' }] });
    const nothing = await world.http.post('/chats').send({}).expect(400);
    expect(nothing.body.error.details).toMatchObject([{ path: 'user1Id' }, { path: 'user2Id' }]);
  });
});
