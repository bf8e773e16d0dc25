import type { ChatListItem, MessageView, SyncedView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { auditUnread } from '../../src/receipts/audit-unread.js';
import { type Asker, edges, over } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

interface Notes {
  id: number;
  version: number;
}

describe('A chat with oneself', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const notesOf = (asker: Asker, { userId }: Client) =>
    asker.ok<Notes & Record<string, unknown>>('createChat', { user1Id: userId, user2Id: String(userId) });

  describe.each(edges)('over %s', (edge) => {
    it('is there once, and has one member', async () => {
      const alice = await world.person();
      const phone = await world.person(alice.userId);
      const asker = over(edge, world, alice);
      const chat = await notesOf(asker, alice);
      const { userId } = alice;
      expect(chat).toMatchObject({ type: 'direct', user1Id: userId, user2Id: userId, memberCount: 1 });
      expect(await phone.next('newChat')).toMatchObject(chat);
      expect(await notesOf(asker, alice)).toEqual({ ...chat, changed: false });
      const { members } = await asker.ok<{ members: object[] }>('getChat', { chatId: chat.id });
      expect(members).toEqual([expect.objectContaining({ userId })]);
      const list = await asker.ok<ChatListItem[]>('getChats', { userId });
      expect(list).toEqual([expect.objectContaining({ id: chat.id, unread: 0 })]);
      expect(list[0]!.otherUser).toMatchObject({ id: userId, online: true });
    });

    it('is deleted with all that is in it', async () => {
      const alice = await world.person();
      const phone = await world.person(alice.userId);
      const asker = over(edge, world, alice);
      const { id: chatId } = await notesOf(asker, alice);
      await alice.ok('sendMessage', { chatId, content: 'a note' });
      await asker.ok('deleteChat', { chatId });
      expect(await phone.next('chatDeleted')).toMatchObject({ chatId });
      expect(await asker.refused('getChat', { chatId })).toBe('NOT_FOUND');
      expect((await notesOf(asker, alice)).id).not.toBe(chatId);
    });
  });

  it('has never anything unread, whatever is sent, marked, edited or deleted', async () => {
    const alice = await world.person();
    const phone = await world.person(alice.userId);
    const { id: chatId } = await notesOf(alice, alice);
    const sent: MessageView[] = [];
    for (const content of ['one', 'two', 'three'])
      sent.push(await alice.ok<MessageView>('sendMessage', { chatId, content }));
    const said = await alice.ok<MessageView>('sendMessage', { chatId, content: 'four' });
    expect(said).toMatchObject({ chatId, seq: 4, senderId: alice.userId, receiverId: alice.userId });
    expect(said.seen).toBe(false);
    for (const content of ['one', 'two', 'three', 'four'])
      expect(await phone.next('newMessage')).toMatchObject({ content });
    const unread = () => alice.ok('getUnreadCount', { chatId });
    expect(await unread()).toMatchObject({ unread: 0, total: 0 });
    await alice.ok('markAsSeen', { messageId: sent[1]!.id });
    expect(await phone.next('messageSeen')).toMatchObject({ seq: 2 });
    expect(await unread()).toMatchObject({ unread: 0, total: 0 });
    expect(await alice.ok('markAsUnread', { chatId, messageId: sent[0]!.id })).toMatchObject({ unread: 0 });
    expect(await alice.ok('markAsUnread', { chatId })).toMatchObject({ unread: 0 });
    await alice.ok('editMessage', { messageId: sent[2]!.id, content: 'trois' });
    await alice.ok('deleteMessage', { messageId: sent[0]!.id });
    await alice.ok('addReaction', { messageId: sent[1]!.id, emoji: '👍' });
    expect(await unread()).toMatchObject({ unread: 0, total: 0 });
    const { chats } = await phone.ok<SyncedView>('sync', {});
    expect(chats).toEqual([
      expect.objectContaining({ chat: expect.objectContaining({ id: chatId, unread: 0 }) }),
    ]);
    expect(chats[0]!.messages).toHaveLength(4);
    const sql = Database.open({ url: world.config.database.url!, pool: 1, timeoutMs: 5_000 });
    const { faults } = await auditUnread(sql, () => undefined);
    await sql.close();
    expect(faults).toEqual([]);
  });

  it('tells nobody of typing or presence, and others find nothing', async () => {
    const alice = await world.person();
    const phone = await world.person(alice.userId);
    const mallory = await world.person();
    const { id: chatId } = await notesOf(alice, alice);
    expect(await mallory.refused('getChat', { chatId })).toBe('NOT_FOUND');
    expect(await mallory.refused('sendMessage', { chatId, content: 'hi' })).toBe('NOT_FOUND');
    await alice.ok('typing', { chatId, typing: true });
    const second = await world.person(alice.userId);
    second.close();
    await phone.settled();
    expect(phone.unread('userTyping')).toEqual([]);
    expect(phone.unread('userStatus')).toEqual([]);
  });

  it('is heard once by each device, also by one that is told without a callback', async () => {
    const alice = await world.person();
    const { id: chatId } = await notesOf(alice, alice);
    alice.emit('sendMessage', { chatId, content: 'once' });
    expect(await alice.next('newMessage')).toMatchObject({ content: 'once' });
    await alice.settled();
    expect(alice.unread('newMessage')).toEqual([]);
  });
});
