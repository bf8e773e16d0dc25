import type { ChatListItem, MessagesPage, MessageView, SyncedView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { eventually, type Client, World } from '../support/world.js';

describe('A direct chat that a blocked user deletes', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** Alice blocks Bob, who has written to her and has read her answer. */
  async function blockedPair() {
    const { alice, bob, chatId } = await world.pair();
    const threat = await bob.ok<MessageView>('sendMessage', { chatId, content: 'a threat' });
    const reply = await alice.ok<MessageView>('sendMessage', { chatId, content: 'stop' });
    await bob.ok('markAsSeen', { chatId });
    await alice.ok('blockUser', { userId: bob.userId });
    return { alice, bob, chatId, threat, reply };
  }

  const chatsOf = (person: Client) => person.ok<ChatListItem[]>('getChats', { userId: person.userId });

  const forget = (client: Client) => {
    for (const event of ['chatDeleted', 'newMessage', 'messageDeleted'])
      expect(client.unread(event)).toEqual([]);
  };

  describe.each(edges)('over %s', (edge) => {
    it('does not exist for them, like every deleted chat, and is complete for the one who blocks', async () => {
      const { alice, bob, chatId, threat, reply } = await blockedPair();
      const by = over(edge, world, bob);
      const phone = await world.person(bob.userId);
      const before = await alice.ok<MessagesPage>('getMessages', { chatId });
      const [item] = await chatsOf(alice);

      const deleted = await by.ok('deleteChat', { chatId });
      expect(deleted).toEqual({ chatId, version: reply.version + 1 });
      expect(await phone.next('chatDeleted')).toEqual(deleted);

      expect(await by.ok('getChats', { userId: bob.userId })).toEqual([]);
      for (const [command, input] of [
        ['getChat', { chatId }],
        ['getMessages', { chatId }],
        ['getMembers', { chatId }],
        ['markAsSeen', { chatId }],
        ['markAsDelivered', { messageId: reply.id }],
        ['markAsUnread', { chatId }],
        ['getUnreadCount', { chatId }],
        ['updateMembership', { chatId, pinned: true }],
        ['deleteMessage', { messageId: threat.id }],
        ['reportMessage', { messageId: reply.id }],
        ['deleteChat', { chatId }],
      ] as const) {
        expect([command, await by.refused(command, input)]).toEqual([command, 'NOT_FOUND']);
      }
      const synced = await by.ok<SyncedView>('sync', {
        userId: bob.userId,
        versions: { [chatId]: reply.version },
        since: new Date(0).toISOString(),
      });
      expect(synced).toMatchObject({ gone: [chatId], chats: [], memberships: [], watermarks: [] });

      expect(await alice.ok('getMessages', { chatId })).toEqual(before);
      expect(before.messages).toMatchObject([{ content: 'a threat' }, { content: 'stop', seen: true }]);
      expect(await chatsOf(alice)).toEqual([item]);
      await alice.settled();
      expect(alice.unread('chatDeleted')).toEqual([]);
    });

    it('is refused to them as if there were none, as long as the block exists', async () => {
      const { alice, bob, chatId } = await blockedPair();
      const by = over(edge, world, bob);
      await by.ok('deleteChat', { chatId });
      const people = { user1Id: bob.userId, user2Id: alice.userId };
      const blocked = {
        code: 'FORBIDDEN',
        message:
          'You can not write to this user: they have blocked you, which only they can undo, or they are gone.',
      };
      expect(await by.ask('createChat', people)).toMatchObject({ ok: false, error: blocked });
      const draft = { content: 'again' };
      expect(await bob.ask('sendMessage', { ...draft, receiverId: alice.userId })).toMatchObject({
        ok: false,
        error: blocked,
      });
      expect(await by.ask('sendMessage', { ...draft, chatId })).toMatchObject({ ok: false, error: blocked });
      expect(await chatsOf(bob)).toEqual([]);
    });

    it('opens for them afresh with the next message, once the block has ended', async () => {
      const { alice, bob, chatId, threat, reply } = await blockedPair();
      const by = over(edge, world, bob);
      await by.ok('deleteChat', { chatId });
      await alice.ok('unblockUser', { userId: bob.userId });
      expect(await chatsOf(bob)).toEqual([]);

      const message = await alice.ok<MessageView>('sendMessage', {
        receiverId: bob.userId,
        content: 'sorry?',
      });
      expect(message).toMatchObject({ chatId, seq: 3 });
      expect(await bob.next('newMessage')).toMatchObject({ content: 'stop' });
      expect(await bob.next('newMessage')).toEqual(message);
      expect(await by.ok('getChats', { userId: bob.userId })).toMatchObject([
        { id: chatId, unread: 1, lastMessage: { id: message.id } },
      ]);
      expect(await by.ok('getMessages', { chatId })).toMatchObject({ messages: [{ seq: 3 }], more: false });
      expect(await by.refused('reportMessage', { messageId: threat.id })).toBe('NOT_FOUND');

      // A device that was away, and has the old chat, is told to forget what it has.
      const synced = await by.ok<SyncedView>('sync', {
        userId: bob.userId,
        versions: { [chatId]: reply.version },
      });
      expect(synced).toMatchObject({ gone: [], chats: [{ reset: true, messages: [{ seq: 3 }] }] });
      expect(await alice.ok('getMessages', { chatId })).toMatchObject({ messages: [{}, {}, {}] });
    });

    it('opens for them afresh when they ask for it, once the block has ended', async () => {
      const { alice, bob, chatId, reply } = await blockedPair();
      const by = over(edge, world, bob);
      const phone = await world.person(bob.userId);
      await by.ok('deleteChat', { chatId });
      await alice.ok('unblockUser', { userId: bob.userId });
      const chat = await by.ok('createChat', { user1Id: bob.userId, user2Id: alice.userId });
      expect(chat).toMatchObject({ id: chatId });
      expect(await phone.next('newChat')).toMatchObject(chat);
      expect(await by.ok('getMessages', { chatId })).toMatchObject({ messages: [] });
      expect(await by.ok('getChats', { userId: bob.userId })).toMatchObject([
        { id: chatId, unread: 0, lastMessage: null },
      ]);
      const { chats } = await by.ok<SyncedView>('sync', {
        userId: bob.userId,
        versions: { [chatId]: reply.version },
        since: new Date(0).toISOString(),
      });
      expect(chats).toMatchObject([{ reset: true, messages: [] }]);
      await by.ok('sendMessage', { chatId, content: 'hello' });
      expect(await by.ok('getUnreadCount', { chatId })).toMatchObject({ unread: 0 });
      await alice.settled();
      expect(alice.unread('newChat')).toEqual([]);
    });
  });

  it('tells them nothing of what happens to the old messages', async () => {
    const { alice, bob, chatId, threat, reply } = await blockedPair();
    await bob.ok('deleteChat', { chatId });
    await bob.next('newMessage');
    await alice.ok('addReaction', { messageId: threat.id, emoji: 'x' }).catch(() => undefined);
    await alice.ok('deleteMessage', { messageId: reply.id });
    await bob.settled();
    forget(bob);
  });

  it('is deleted for both when the one who blocks deletes it, or the application', async () => {
    for (const deletedBy of ['blocker', 'application']) {
      const { alice, bob, chatId } = await blockedPair();
      if (deletedBy === 'blocker') await alice.ok('deleteChat', { chatId });
      else await world.http.delete(`/chats/${chatId}`).expect(200);
      expect(await bob.next('chatDeleted')).toMatchObject({ chatId });
      expect(await chatsOf(alice)).toEqual([]);
      expect(await world.sql('SELECT 1 FROM messages WHERE "chatId" = $1', [chatId])).toEqual([]);
    }
  });

  it('stays as long as one of them has it, when both block each other, and then is gone entirely', async () => {
    const { alice, bob, chatId } = await blockedPair();
    await bob.ok('blockUser', { userId: alice.userId });
    await bob.ok('deleteChat', { chatId });
    expect(await chatsOf(alice)).toMatchObject([{ id: chatId, lastSeq: 2 }]);
    await alice.ok('deleteChat', { chatId });
    expect([await chatsOf(alice), await chatsOf(bob)]).toEqual([[], []]);
    expect(await world.sql('SELECT 1 FROM messages WHERE "chatId" = $1', [chatId])).toEqual([]);
    // Of what is gone for him already, Bob hears nothing more.
    await bob.settled();
    expect(bob.unread('chatDeleted')).toEqual([]);
  });

  it('is deleted for them only, also without a message in it', async () => {
    const { alice, bob, chatId } = await world.pair();
    await alice.ok('blockUser', { userId: bob.userId });
    await bob.ok('deleteChat', { chatId });
    expect(await chatsOf(bob)).toEqual([]);
    expect(await chatsOf(alice)).toMatchObject([{ id: chatId }]);
  });

  it('and blocked at once is deleted for both or for them only, never half', async () => {
    for (let round = 0; round < 10; round++) {
      const { alice, bob, chatId } = await world.pair();
      await bob.ok('sendMessage', { chatId, content: 'a threat' });
      await Promise.all([alice.ok('blockUser', { userId: bob.userId }), bob.ok('deleteChat', { chatId })]);
      const [left] = await chatsOf(alice);
      const messages = await world.sql('SELECT 1 FROM messages WHERE "chatId" = $1', [chatId]);
      expect(messages).toHaveLength(left ? 1 : 0);
      await eventually(async () => (await chatsOf(bob)).length === 0);
    }
  });
});
