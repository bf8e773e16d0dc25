import pg from 'pg';
import type { ChatListItem, MessagesPage, MessageView, SyncedView } from '../../src/contract/index.js';
import { waitingForLock } from '../support/database-locks.js';
import { edges, over } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

describe('A reply', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const send = (client: Client, input: Record<string, unknown>) =>
    client.ok<MessageView>('sendMessage', { content: 'words', ...input });
  const read = async (client: Client, chatId: number, query: Record<string, unknown> = {}) =>
    client.ok<MessagesPage>('getMessages', { chatId, ...query });

  it.each(edges)('shows the message that it is to, in every place, over %s', async (edge) => {
    const { alice, bob, chatId } = await world.pair();
    const first = await send(bob, { chatId, content: 'x'.repeat(300) });
    const replyTo = {
      messageId: first.id,
      seq: 1,
      senderId: bob.userId,
      deleted: false,
      excerpt: 'x'.repeat(160),
    };
    const asker = over(edge, world, alice);
    const draft = { chatId, content: 'yes', replyToId: first.id, clientId: 'once' };
    const sent = await asker.ok<MessageView>('sendMessage', draft);
    expect(sent).toMatchObject({ replyToId: first.id, replyTo });
    expect(await bob.next('newMessage')).toEqual(sent);
    expect(await asker.ok('sendMessage', draft)).toEqual(sent);
    expect((await asker.ok<MessagesPage>('getMessages', { chatId })).messages[1]).toEqual(sent);
    expect(await asker.ok('getMessage', { messageId: sent.id })).toEqual(sent);
    expect(await asker.ok('getChat', { chatId })).toMatchObject({ lastMessage: { replyTo } });
    const chats = await asker.ok<ChatListItem[]>('getChats', { userId: alice.userId });
    expect(chats[0]?.lastMessage).toEqual(sent);
    const synced = await asker.ok<SyncedView>('sync', {});
    expect(synced.chats[0]?.messages[1]).toEqual(sent);
    expect(synced.chats[0]?.chat.lastMessage).toEqual(sent);
    const edited = await asker.ok<MessageView>('editMessage', { messageId: sent.id, content: 'no' });
    expect(edited).toMatchObject({ replyTo });
    expect(await bob.next('messageEdited')).toMatchObject({ replyTo });
  });

  it('shows the message as it is when it is read, and nothing of it once it is deleted for everyone', async () => {
    const { alice, bob, chatId } = await world.pair();
    const first = await send(alice, { chatId, content: 'secret words' });
    await send(bob, { chatId, replyToId: first.id });
    const shown = async () => (await read(bob, chatId)).messages[1]?.replyTo;
    await alice.ok('editMessage', { messageId: first.id, content: 'better words' });
    expect(await shown()).toMatchObject({ excerpt: 'better words', deleted: false });
    await alice.ok('deleteMessage', { messageId: first.id });
    expect(await shown()).toMatchObject({ messageId: first.id, excerpt: '', deleted: true });
    expect(await send(bob, { chatId, replyToId: first.id })).toMatchObject({
      replyTo: { excerpt: '', deleted: true },
    });
  });

  it.each(['editMessage', 'deleteMessage'])(
    'tells everybody of the message as it is after an %s that was first at the chat',
    async (command) => {
      const { alice, bob, chatId } = await world.pair();
      const first = await send(alice, { chatId, content: 'secret words' });
      const holder = new pg.Client({ connectionString: world.config.database.url! });
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query('SELECT FROM chats WHERE id = $1 FOR UPDATE', [chatId]);
      const change = alice.ok<MessageView>(command, { messageId: first.id, content: 'better words' });
      await waitingForLock(world, 1);
      const replied = send(bob, { chatId, replyToId: first.id });
      await waitingForLock(world, 2);
      await holder.query('COMMIT');
      await holder.end();
      const { version } = await change;
      const reply = await replied;
      expect(reply.version).toBeGreaterThan(version);
      const excerpt = command === 'editMessage' ? 'better words' : '';
      expect(reply.replyTo).toMatchObject({ excerpt, deleted: command === 'deleteMessage' });
      await alice.settled();
      const told = (alice.unread('newMessage') as MessageView[]).find(({ id }) => id === reply.id);
      expect(told?.replyTo).toEqual(reply.replyTo);
    },
  );

  it('ends its excerpt where a character ends, as it is seen', async () => {
    const { alice, chatId } = await world.pair();
    const family = '👩‍👩‍👦';
    const first = await send(alice, { chatId, content: `ab${family.repeat(60)}` });
    const { replyTo } = await send(alice, { chatId, replyToId: first.id });
    expect(replyTo?.excerpt).toBe(`ab${family.repeat(Math.floor(158 / family.length))}`);
  });

  it('shows nothing of what somebody may not see: from before they joined, or hidden for themselves', async () => {
    const [alice, bob, carol] = await Promise.all([world.person(), world.person(), world.person()]);
    const { id: chatId } = await alice.ok<{ id: number }>('createGroup', {
      title: 'all',
      memberIds: [bob.userId],
      historyVisible: 'fromJoin',
    });
    const old = await send(alice, { chatId, content: 'before carol' });
    await alice.ok('addMembers', { chatId, userIds: [carol.userId] });
    expect(await carol.next('newMessage')).toMatchObject({ type: 'system' });
    const late = await send(bob, { chatId, replyToId: old.id });
    expect(await carol.next('newMessage')).toMatchObject({ replyToId: old.id, replyTo: null });
    const ids = [old.id, late.id];
    expect(await read(carol, chatId, { ids })).toMatchObject({ messages: [{ id: late.id, replyTo: null }] });
    expect(await read(alice, chatId, { ids })).toMatchObject({
      messages: [{ id: old.id }, { replyTo: { excerpt: 'before carol' } }],
    });
    expect(await carol.refused('getMessage', { messageId: old.id })).toBe('NOT_FOUND');
    expect(JSON.stringify(await carol.ok('sync', {}))).not.toContain('before carol');

    const seen = await send(alice, { chatId, content: 'for all' });
    const reply = await send(alice, { chatId, replyToId: seen.id });
    await bob.ok('deleteMessage', { messageId: seen.id, for: 'me' });
    expect(await bob.ok('getMessage', { messageId: reply.id })).toMatchObject({ replyTo: null });
    expect(await carol.ok('getMessage', { messageId: reply.id })).toMatchObject({
      replyTo: { excerpt: 'for all' },
    });
    expect(await bob.refused('getMessage', { messageId: seen.id })).toBe('NOT_FOUND');
    // What goes to all members shows what all of them may see.
    expect(await send(carol, { chatId, replyToId: seen.id })).toMatchObject({ replyTo: null });
  });

  it('stays within the bytes of a page', async () => {
    const { alice, chatId } = await world.pair();
    const first = await send(alice, { chatId, content: `${'\u0001'.repeat(200)}.` });
    for (let i = 0; i < 5; i++) await send(alice, { chatId, replyToId: first.id });
    const { messages } = await read(alice, chatId);
    expect(messages.at(-1)?.replyTo?.excerpt).toHaveLength(160);
  });

  describe.each(edges)('Messages by their ids over %s', (edge) => {
    it('are those of the chat that the reader may see, by seq', async () => {
      const { alice, chatId } = await world.pair();
      const other = await world.pair();
      const elsewhere = await send(other.alice, { chatId: other.chatId });
      const [one, two] = [await send(alice, { chatId }), await send(alice, { chatId })];
      const ids = [two.id, String(one.id), elsewhere.id, 999_999_999, two.id];
      const asker = over(edge, world, alice);
      const page = await asker.ok<MessagesPage>('getMessages', { chatId, ids });
      expect(page).toMatchObject({ messages: [one, two], more: false, lastSeq: 2, version: 3 });
      expect(await asker.refused('getMessages', { chatId, ids: [1], after: 0 })).toBe('VALIDATION_FAILED');
      const tooMany = Array.from({ length: 101 }, (_, i) => i + 1);
      expect(await asker.refused('getMessages', { chatId, ids: tooMany })).toBe('VALIDATION_FAILED');
      expect(await over(edge, world, other.bob).refused('getMessages', { chatId, ids })).toBe('NOT_FOUND');
    });
  });

  it('is found by its id without a callback too', async () => {
    const { alice, chatId } = await world.pair();
    const message = await send(alice, { chatId });
    alice.emit('getMessage', message.id);
    expect(await alice.next('message')).toEqual(message);
  });
});
