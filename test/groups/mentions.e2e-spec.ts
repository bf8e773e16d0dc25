import type { ChatListItem, MessageView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

describe('Mentions', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const mention = (client: Client, chatId: number, ...mentions: number[]) =>
    client.ok<MessageView>('sendMessage', { chatId, content: 'hey', metadata: { mentions } });
  const item = async (client: Client) => (await client.ok<ChatListItem[]>('getChats'))[0]!;

  it('are counted for the mentioned until they have read them, muted or not', async () => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [bob, carol] = members as [Client, Client];
    await bob.ok('updateMembership', { chatId, mutedUntil: '2040-01-01T00:00:00Z' });
    const message = await mention(owner, chatId, bob.userId, owner.userId, bob.userId);
    await owner.ok('sendMessage', { chatId, content: 'nobody' });
    const second = await mention(carol, chatId, bob.userId);
    expect(await bob.next('newMessage')).toMatchObject({
      metadata: { mentions: message.metadata!.mentions },
    });
    expect(await item(bob)).toMatchObject({ unread: 3, unreadMentions: 2 });
    expect(await item(carol)).toMatchObject({ unread: 2, unreadMentions: 0 });
    expect(await item(owner)).toMatchObject({ unreadMentions: 0 });
    await bob.ok('markAsSeen', { messageId: message.id });
    expect(await bob.next('unreadCount')).toMatchObject({ unread: 2, unreadMentions: 1 });
    await bob.ok('markAsSeen', { chatId });
    expect(await bob.ok('getUnreadCount', { chatId })).toMatchObject({ unread: 0, unreadMentions: 0 });
    expect(await bob.ok('markAsUnread', { chatId, messageId: second.id })).toMatchObject({
      unread: 1,
      unreadMentions: 1,
    });
  });

  it('go with a message that is deleted for everyone', async () => {
    const { chatId, owner, members } = await groupOf(world, 1);
    const { id: messageId } = await mention(owner, chatId, members[0]!.userId);
    await owner.ok('deleteMessage', { messageId });
    expect(await item(members[0]!)).toMatchObject({ unread: 0, unreadMentions: 0 });
  });

  it('are those that the metadata has after an edit: some are added, others no longer counted', async () => {
    const { chatId, owner, members } = await groupOf(world, 3);
    const [bob, carol, dora] = members as [Client, Client, Client];
    const { id: messageId } = await mention(owner, chatId, bob.userId, carol.userId);
    const mentions = [carol.userId, dora.userId, owner.userId];
    const edited = await owner.ok<MessageView>('editMessage', { messageId, metadata: { mentions } });
    expect(edited).toMatchObject({ content: 'hey', metadata: { mentions } });
    expect(await dora.next('messageEdited')).toMatchObject({ id: messageId, metadata: { mentions } });
    const counts = async () => Promise.all(members.map(async (one) => (await item(one)).unreadMentions));
    expect(await counts()).toEqual([0, 1, 1]);
    // The text alone leaves the mentions as they are.
    await owner.ok('editMessage', { messageId, content: 'hello' });
    expect(await counts()).toEqual([0, 1, 1]);
    await owner.ok('removeMember', { chatId, userId: dora.userId });
    await owner.ok('editMessage', { messageId, metadata: { mentions, mood: 'good' } });
    const strangers = { mentions: [...mentions, world.newId()] };
    expect(await owner.refused('editMessage', { messageId, metadata: strangers })).toBe('VALIDATION_FAILED');
    await owner.ok('editMessage', { messageId, metadata: {} });
    expect((await owner.ok<MessageView>('getMessage', { messageId })).metadata).toBeNull();
    expect((await item(carol)).unreadMentions).toBe(0);
  });

  it('that an edit adds or takes out push the count to those of them who have not read the message', async () => {
    const { chatId, owner, members } = await groupOf(world, 4);
    const [bob, carol, dora, eve] = members as [Client, Client, Client, Client];
    const { id: messageId } = await mention(owner, chatId, bob.userId, carol.userId);
    await eve.ok('markAsSeen', { messageId });
    await eve.next('unreadCount');
    const mentions = [carol.userId, dora.userId, eve.userId, owner.userId];
    await owner.ok('editMessage', { messageId, metadata: { mentions } });
    expect(await dora.next('unreadCount')).toMatchObject({ chatId, unread: 1, unreadMentions: 1 });
    expect(await bob.next('unreadCount')).toMatchObject({ unread: 1, unreadMentions: 0, totalMentions: 0 });
    await owner.ok('editMessage', { messageId, content: 'hello' });
    await owner.ok('editMessage', { messageId, metadata: { mentions: [bob.userId] } });
    expect(await bob.next('unreadCount')).toMatchObject({ unreadMentions: 1, totalMentions: 1 });
    expect(await dora.next('unreadCount')).toMatchObject({ unreadMentions: 0 });
    expect(await carol.next('unreadCount')).toMatchObject({ unreadMentions: 0 });
    for (const one of [owner, eve, carol, bob]) expect(one.unread('unreadCount')).toEqual([]);
  });

  it('work in direct chats, the first message included', async () => {
    const [alice, bob] = await Promise.all([world.person(), world.person()]);
    const draft = { content: 'hey', metadata: { mentions: [bob.userId] } };
    await alice.ok('sendMessage', { receiverId: bob.userId, ...draft });
    expect(await item(bob)).toMatchObject({ unreadMentions: 1 });
  });

  describe.each(edges)('over %s', (edge) => {
    it('of who is no member are refused, and of what is no list of ids', async () => {
      const { chatId, owner, members } = await groupOf(world, 1);
      const asker = over(edge, world, owner);
      const many = Array.from({ length: 51 }, (_, i) => i + 1);
      for (const [mentions, path] of [
        [[world.newId()], 'metadata'],
        [[members[0]!.userId, 99_999_999], 'metadata'],
        [many, 'metadata.mentions'],
        ['bob', 'metadata.mentions'],
        [['all'], 'metadata.mentions.0'],
        [['1'], 'metadata'],
        [[1.5], 'metadata.mentions.0'],
        [[0], 'metadata.mentions.0'],
      ]) {
        const answer = await asker.ask('sendMessage', { chatId, content: 'hey', metadata: { mentions } });
        expect(answer).toMatchObject({
          ok: false,
          error: { code: 'VALIDATION_FAILED', details: [{ path }] },
        });
      }
      expect(await owner.ok('getMessages', { chatId })).toMatchObject({ messages: [] });
      expect(
        await over(edge, world, await world.person()).refused('sendMessage', {
          chatId,
          content: 'hey',
          metadata: { mentions: [members[0]!.userId] },
        }),
      ).toBe('NOT_FOUND');
    });
  });

  describe('of all', () => {
    const all = { mentions: 'all' };
    const counts = (clients: readonly Client[]) =>
      Promise.all(clients.map(async (client) => (await item(client)).unreadMentions));

    it('count for every member but the sender, with one row for all of them', async () => {
      const { chatId, owner, members } = await groupOf(world, 4);
      const sent = await owner.ok<MessageView>('sendMessage', { chatId, content: 'hey', metadata: all });
      expect(await members[0]!.next('newMessage')).toMatchObject({ metadata: all });
      await mention(owner, chatId, members[0]!.userId);
      await owner.ok('sendMessage', { chatId, content: 'nobody' });
      expect(await counts([owner, ...members])).toEqual([0, 2, 1, 1, 1]);
      expect(await world.sql('SELECT 1 FROM message_mentions WHERE "chatId" = $1', [chatId])).toHaveLength(2);
      expect(await members[1]!.ok('getUnreadCount', {})).toMatchObject({ totalMentions: 1 });
      await members[1]!.ok('markAsSeen', { messageId: sent.id });
      expect(await members[1]!.next('unreadCount')).toMatchObject({ unread: 2, unreadMentions: 0 });
      const unread = { chatId, messageId: sent.id };
      expect(await members[1]!.ok('markAsUnread', unread)).toMatchObject({ unread: 3, unreadMentions: 1 });
      await owner.ok('deleteMessage', { messageId: sent.id });
      expect(await counts(members)).toEqual([1, 0, 0, 0]);
    });

    it('do not count for who joins later, even when they mark the message as unread', async () => {
      const { chatId, owner } = await groupOf(world, 1);
      const dora = await world.person();
      const sent = await owner.ok<MessageView>('sendMessage', { chatId, content: 'hey', metadata: all });
      await owner.ok('addMembers', { chatId, userIds: [dora.userId] });
      const unread = { chatId, messageId: sent.id };
      expect(await dora.ok('markAsUnread', unread)).toMatchObject({ unreadMentions: 0 });
      await owner.ok('sendMessage', { chatId, content: 'hey', metadata: all });
      expect(await counts([dora])).toEqual([1]);
    });

    it('are counted anew by an edit, both ways', async () => {
      const { chatId, owner, members } = await groupOf(world, 2);
      const { id: messageId } = await mention(owner, chatId, members[0]!.userId);
      const edit = (metadata: object) => owner.ok('editMessage', { messageId, metadata });
      expect(await counts([owner, ...members])).toEqual([0, 1, 0]);
      await edit(all);
      expect(await counts([owner, ...members])).toEqual([0, 1, 1]);
      await edit({ ...all, mood: 'good' });
      expect(await counts([owner, ...members])).toEqual([0, 1, 1]);
      await edit({ mentions: [members[1]!.userId] });
      expect(await counts([owner, ...members])).toEqual([0, 0, 1]);
      await edit({});
      expect(await counts([owner, ...members])).toEqual([0, 0, 0]);
    });

    it('are for the owner and admins of a group, and for both people of a direct chat', async () => {
      const { chatId, owner, members } = await groupOf(world, 2);
      const [bob, carol] = members as [Client, Client];
      const { id: messageId } = await bob.ok<MessageView>('sendMessage', { chatId, content: 'words' });
      const refused = await bob.ask('sendMessage', { chatId, content: 'hey', metadata: all });
      expect(refused).toMatchObject({
        error: { code: 'FORBIDDEN', message: expect.stringContaining('name the members') },
      });
      expect(await bob.ask('editMessage', { messageId, metadata: all })).toEqual(refused);
      await owner.ok('setRole', { chatId, userId: bob.userId, role: 'admin' });
      await bob.ok('editMessage', { messageId, metadata: all });
      await owner.ok('setRole', { chatId, userId: bob.userId, role: 'member' });
      // What is there already may stay.
      await bob.ok('editMessage', { messageId, metadata: { ...all, mood: 'good' } });
      expect(await counts([bob, carol])).toEqual([0, 1]);

      const [alice, dora] = await Promise.all([world.person(), world.person()]);
      await alice.ok('sendMessage', { receiverId: dora.userId, content: 'hey', metadata: all });
      expect(await counts([alice, dora])).toEqual([0, 1]);
    });
  });

  it('are written once, and keep the order of their sender', async () => {
    const { chatId, owner, members } = await groupOf(world, 1);
    const sent = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        owner.ok<MessageView>('sendMessage', {
          chatId,
          content: `m${i}`,
          clientId: `k${i % 30}`,
          ...(i % 3 === 0 ? { metadata: { mentions: [members[0]!.userId] } } : {}),
          ...(i >= 30 ? { content: `m${i - 30}` } : {}),
        }),
      ),
    );
    expect(sent.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, i) => (i % 30) + 1));
    expect(await item(members[0]!)).toMatchObject({ unread: 30, unreadMentions: 10 });
    expect(await world.sql('SELECT 1 FROM message_mentions WHERE "chatId" = $1', [chatId])).toHaveLength(10);
  });
});
