import { messageView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

type Message = { id: number; chatId: number; seq: number; [field: string]: unknown };

describe('A message', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const rowsOf = (chatId: number) =>
    world.sql<{ content: string }>('SELECT content FROM messages WHERE "chatId" = $1 ORDER BY seq', [chatId]);

  const INVISIBLE = [
    '',
    ' ',
    '\n\t',
    '\u200B',
    '\u200D\uFE0F',
    '\u2800',
    '\u3164',
    '\u202E',
    '\u{E0041}',
    '\u00AD ',
  ];

  it.each(edges)('needs words that show, or metadata, over %s', async (edge) => {
    const { alice, chatId } = await world.pair();
    const asker = over(edge, world, alice);
    for (const content of INVISIBLE) {
      expect(await asker.refused('sendMessage', { chatId, content })).toBe('VALIDATION_FAILED');
      expect(await asker.refused('sendMessage', { chatId, content, metadata: {} })).toBe('VALIDATION_FAILED');
      const metadata = { card: 1 };
      expect(await asker.ok('sendMessage', { chatId, content, metadata })).toMatchObject({
        content,
        metadata,
      });
    }
    const carried = await asker.ok<Message>('sendMessage', { chatId, metadata: { card: 2 } });
    expect(carried).toMatchObject({ content: '', metadata: { card: 2 } });
    for (const content of ['❤️', 'שלום', '\u0600', '字', '👩‍👩‍👦', '­a'])
      expect(await asker.ok('sendMessage', { chatId, content })).toMatchObject({ content });
  });

  it.each(edges)('keeps words or metadata through every edit over %s', async (edge) => {
    const { alice, bob, chatId } = await world.pair();
    const asker = over(edge, world, alice);
    const { id: messageId } = await asker.ok<Message>('sendMessage', { chatId, content: 'words' });
    for (const content of INVISIBLE)
      expect(await asker.refused('editMessage', { messageId, content })).toBe('VALIDATION_FAILED');
    expect(await asker.refused('editMessage', { messageId })).toBe('VALIDATION_FAILED');
    const card = { card: 1 };
    expect(await asker.ok('editMessage', { messageId, content: '', metadata: card })).toMatchObject({
      content: '',
      metadata: card,
    });
    expect(await bob.next('messageEdited')).toMatchObject({ content: '', metadata: card, version: 3 });
    expect(await asker.refused('editMessage', { messageId, metadata: {} })).toBe('VALIDATION_FAILED');
    await asker.ok('editMessage', { messageId, metadata: card });
    expect(await asker.ok('editMessage', { messageId, content: 'words', metadata: {} })).toMatchObject({
      content: 'words',
      metadata: null,
      version: 4,
    });
  });

  it('moves its chat in the list to the very moment of its createdAt, whichever way it is sent', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id: groupId } = await alice.ok<Message>('createGroup', {
      title: 'all',
      memberIds: [bob.userId],
    });
    const noted = () => world.http.post(`/chats/${groupId}/system-messages`).send({ content: 'noted' });
    const drafts = [{ chatId }, { chatId: groupId }, { receiverId: bob.userId }];
    for (let round = 0; round < 20; round++) {
      const message =
        round % 4 === 3
          ? ((await noted().expect(201)).body as Message)
          : await alice.ok<Message>('sendMessage', { ...drafts[round % 4], content: 'hi' });
      const chat = await alice.ok('getChat', { chatId: message.chatId });
      expect(chat.lastActivityAt).toBe(message.createdAt);
    }
    // What the server writes itself, as well.
    await alice.ok('updateChat', { chatId: groupId, title: 'renamed' });
    const renamed = await alice.ok<{ lastActivityAt: string; lastMessage: Message }>('getChat', {
      chatId: groupId,
    });
    expect(renamed.lastMessage).toMatchObject({ type: 'system' });
    expect(renamed.lastActivityAt).toBe(renamed.lastMessage.createdAt);
    const burst = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        alice.ok<Message>('sendMessage', { ...drafts[i % 2], content: `m${i}` }),
      ),
    );
    for (const id of [chatId, groupId]) {
      const newest = burst.filter((message) => message.chatId === id).at(-1);
      expect((await alice.ok('getChat', { chatId: id })).lastActivityAt).toBe(newest?.createdAt);
    }
  });

  describe.each(edges)('sent to a chat over %s', (edge) => {
    it('is answered with the whole of it', async () => {
      const { alice, bob, chatId } = await world.pair();
      const first = await alice.ok<Message>('sendMessage', { chatId, content: 'first' });
      const message = await over(edge, world, alice).ok<Message>('sendMessage', {
        chatId,
        content: 'second',
        clientId: 'key-2',
        replyToId: first.id,
        metadata: { mood: { is: ['good', 1, null, true] } },
      });
      expect(messageView.strict().parse(message)).toMatchObject({
        id: expect.any(Number),
        chatId,
        seq: 2,
        version: 3,
        senderId: alice.userId,
        receiverId: bob.userId,
        content: 'second',
        seen: false,
        clientId: 'key-2',
        replyToId: first.id,
        metadata: { mood: { is: ['good', 1, null, true] } },
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        editedAt: null,
        deletedAt: null,
      });
      expect(message.id).toBeGreaterThan(first.id);
      const { messages } = await bob.ok<{ messages: Message[] }>('getMessages', { chatId });
      expect(messages).toEqual([first, message]);
    });

    it('reaches every device of both users and nobody else', async () => {
      const { alice, bob, chatId } = await world.pair();
      const [tablet, phone, carol, nobody] = await Promise.all([
        world.person(alice.userId),
        world.person(bob.userId),
        world.person(),
        world.stranger(),
      ]);
      const message = await over(edge, world, alice).ok('sendMessage', { chatId, content: 'hi' });
      for (const device of [tablet, bob, phone]) expect(await device.next('newMessage')).toEqual(message);
      if (edge === 'REST') expect(await alice.next('newMessage')).toEqual(message);
      for (const client of [alice, tablet, bob, phone, carol, nobody]) {
        await client.settled();
        expect(client.unread('newMessage')).toEqual([]);
      }
    });

    it.each([
      '  spaces \n\t kept  ',
      'Ünï ✓ 👩‍👩‍👧 \u202Eevil',
      '{"json": true}',
      "'; DROP TABLE messages; --",
      'x'.repeat(10_000),
    ])('is stored exactly as it came: %.20j', async (content) => {
      const { alice, bob, chatId } = await world.pair();
      expect(await over(edge, world, alice).ok('sendMessage', { chatId, content })).toMatchObject({
        content,
      });
      expect(await bob.next('newMessage')).toMatchObject({ content });
      expect(await rowsOf(chatId)).toEqual([{ content }]);
    });

    it('takes ids as numbers and numeric strings, and gives numbers', async () => {
      const { alice, bob, chatId } = await world.pair();
      const nobody = over(edge, world, await world.stranger());
      const first = await nobody.ok<Message>('sendMessage', { chatId, senderId: bob.userId, content: '1' });
      const second = await nobody.ok<Message>('sendMessage', {
        chatId: String(chatId),
        senderId: String(alice.userId),
        replyToId: String(first.id),
        content: '2',
      });
      expect(second).toMatchObject({
        chatId,
        senderId: alice.userId,
        receiverId: bob.userId,
        replyToId: first.id,
      });
    });

    it('is sent by the user whom the payload names, even if another user is named elsewhere', async () => {
      const { alice, bob, chatId } = await world.pair();
      const by = over(edge, world, alice);
      expect(await by.ok('sendMessage', { chatId, senderId: bob.userId, content: 'by bob' })).toMatchObject({
        senderId: bob.userId,
        receiverId: alice.userId,
      });
    });

    it('needs somebody who sends it', async () => {
      const { chatId } = await world.pair();
      const by = over(edge, world, await world.stranger());
      expect(await by.refused('sendMessage', { chatId, content: 'hi' })).toBe('UNAUTHENTICATED');
      expect(await rowsOf(chatId)).toEqual([]);
    });

    it('replies to messages of its own chat only', async () => {
      const { alice, chatId } = await world.pair();
      const other = await alice.ok<Message>('sendMessage', {
        receiverId: world.newId(),
        content: 'elsewhere',
      });
      const by = over(edge, world, alice);
      const [toOther, toNone] = await Promise.all(
        [other.id, 987_654_321].map((replyToId) =>
          by.ask('sendMessage', { chatId, content: 'what?', replyToId }),
        ),
      );
      expect(toOther).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
      expect(toNone).toEqual(toOther);
      expect(await rowsOf(chatId)).toEqual([]);
    });
  });

  describe('sent to a person', () => {
    it('opens their chat when there is none, and arrives after newChat', async () => {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      const [tablet, phone] = await Promise.all([world.person(alice.userId), world.person(bob.userId)]);
      const message = await alice.ok<Message>('sendMessage', { receiverId: bob.userId, content: 'Hello!' });
      expect(message).toMatchObject({ seq: 1, senderId: alice.userId, receiverId: bob.userId });
      for (const client of [alice, tablet, bob, phone]) {
        expect(await client.next('newChat')).toMatchObject({
          id: message.chatId,
          user1Id: alice.userId,
          user2Id: bob.userId,
        });
      }
      for (const client of [tablet, bob, phone]) expect(await client.next('newMessage')).toEqual(message);
      await alice.settled();
      expect(alice.unread('newMessage')).toEqual([]);
    });

    it('reaches the chat there is, from either side', async () => {
      const { alice, bob, chatId } = await world.pair();
      for (const [sender, receiver] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        const message = await sender.ok('sendMessage', { receiverId: receiver.userId, content: 'hi' });
        expect(message).toMatchObject({ chatId, senderId: sender.userId, receiverId: receiver.userId });
        expect(await receiver.next('newMessage')).toEqual(message);
      }
      await bob.settled();
      expect(bob.unread('newChat')).toEqual([]);
    });

    it('opens one chat when two strangers write fifty first ones at once', async () => {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      const [tablet, phone] = await Promise.all([world.person(alice.userId), world.person(bob.userId)]);
      const pairs = [
        [alice, bob],
        [phone, tablet],
        [tablet, phone],
        [bob, alice],
      ] as const;
      const messages = await Promise.all(
        Array.from({ length: 50 }, (_, i) => {
          const [sender, receiver] = pairs[i % pairs.length]!;
          return sender.ok<Message>('sendMessage', { receiverId: receiver.userId, content: `message ${i}` });
        }),
      );
      expect(new Set(messages.map(({ chatId }) => chatId)).size).toBe(1);
      expect(messages.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(messages.map((_, i) => i + 1));
      for (const client of [alice, bob, tablet, phone]) {
        await client.next('newChat');
        await client.settled();
        expect(client.unread('newChat')).toEqual([]);
      }
    });

    it('makes a person of an id that is used for the first time', async () => {
      const [senderId, receiverId] = [world.newId(), world.newId()];
      const nobody = await world.stranger();
      await nobody.ok('sendMessage', { senderId, receiverId, content: 'hi' });
      for (const id of [senderId, receiverId]) await world.http.get(`/users/${id}`).expect(200);
    });

    it('never goes to oneself', async () => {
      const alice = await world.person();
      for (const senderId of [alice.userId, String(alice.userId), undefined]) {
        const message = { senderId, receiverId: alice.userId, content: 'me' };
        expect(await alice.refused('sendMessage', message)).toBe('VALIDATION_FAILED');
      }
    });
  });

  it('goes to a chat or a person', async () => {
    const alice = await world.person();
    expect(await alice.refused('sendMessage', { content: 'hi' })).toBe('VALIDATION_FAILED');
  });

  it('comes as one event to a sender without a callback', async () => {
    const { alice, bob, chatId } = await world.pair();
    alice.emit('sendMessage', { chatId, content: 'hi' });
    const message = await alice.next('newMessage');
    expect(await bob.next('newMessage')).toEqual(message);
    const clients: Client[] = [alice, bob];
    for (const client of clients) {
      await client.settled();
      expect(client.unread('newMessage')).toEqual([]);
    }
  });

  it('never comes from somebody outside of the chat', async () => {
    const { alice, chatId } = await world.pair();
    const mallory = await world.person();
    for (const edge of edges) {
      const by = over(edge, world, mallory);
      expect(await by.refused('sendMessage', { chatId, content: 'let me in' })).toBe('NOT_FOUND');
    }
    await alice.settled();
    expect(alice.unread('newMessage')).toEqual([]);
    expect(await rowsOf(chatId)).toEqual([]);
  });
});
