import { type Client, World } from '../support/world.js';

interface Message {
  id: number;
  chatId: number;
  seq: number;
  version: number;
  senderId: number;
  content: string;
}

/** What the database holds of a chat's messages, by seq. */
type Row = { seq: number; version: number; content: string };

describe('Order', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const rowsOf = (chatId: number) =>
    world.sql<Row>('SELECT seq::int, version::int, content FROM messages WHERE "chatId" = $1 ORDER BY seq', [
      chatId,
    ]);
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
  const heardBy = async (client: Client, count: number): Promise<Message[]> => {
    const heard: Message[] = [];
    for (let i = 0; i < count; i++) heard.push(await client.next<Message>('newMessage'));
    return heard;
  };

  it('is kept by 300 sends of one socket that wait for no answer', async () => {
    const { alice, bob, chatId } = await world.pair();
    const answers = await Promise.all(
      upTo(300).map((n) => alice.ok<Message>('sendMessage', { chatId, content: `message ${n}` })),
    );
    expect(answers.map(({ seq }) => seq)).toEqual(upTo(300));
    expect(await rowsOf(chatId)).toEqual(
      upTo(300).map((seq) => ({ seq, version: seq + 1, content: `message ${seq}` })),
    );
    expect(await heardBy(bob, 300)).toEqual(answers);
  });

  it('is kept by 300 sends without callbacks, the large and the small, to a person not yet met', async () => {
    const [alice, bob] = await Promise.all([world.person(), world.person()]);
    for (const n of upTo(300)) {
      const content = n % 7 === 0 ? `${n} ${'x'.repeat(9_000)}` : `${n} `;
      alice.emit('sendMessage', { receiverId: bob.userId, content });
    }
    for (const client of [alice, bob]) {
      const heard = await heardBy(client, 300);
      expect(heard.map(({ seq }) => seq)).toEqual(upTo(300));
      expect(heard.map(({ content }) => Number(content.split(' ')[0]))).toEqual(upTo(300));
    }
  });

  it('is the same for all who listen when several sockets of several people send to one chat', async () => {
    const { alice, bob, chatId } = await world.pair();
    const [tablet, phone, listener] = await Promise.all([
      world.person(alice.userId),
      world.person(bob.userId),
      world.person(bob.userId),
    ]);
    const senders = [alice, tablet, bob, phone];
    const answers = await Promise.all(
      senders.map((client, who) =>
        Promise.all(
          upTo(100).map((n) => client.ok<Message>('sendMessage', { chatId, content: `${who} ${n}` })),
        ),
      ),
    );
    for (const own of answers) {
      const seqs = own.map(({ seq }) => seq);
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    }
    const all = answers.flat().sort((a, b) => a.seq - b.seq);
    expect(all.map(({ seq }) => seq)).toEqual(upTo(400));
    expect(all.map(({ version }) => version)).toEqual(upTo(400).map((seq) => seq + 1));
    expect((await rowsOf(chatId)).map(({ content }) => content)).toEqual(all.map(({ content }) => content));
    expect(await heardBy(listener, 400)).toEqual(all);
    for (const [who, client] of senders.entries()) {
      expect(await heardBy(client, 300)).toEqual(all.filter(({ content }) => !content.startsWith(`${who} `)));
    }
  });

  it('is one per chat, without gaps, when one socket sends to many chats in turn', async () => {
    const alice = await world.person();
    const others = upTo(5).map(() => world.newId());
    const answers = await Promise.all(
      upTo(100).map((n) =>
        alice.ok<Message>('sendMessage', { receiverId: others[n % 5], content: `message ${n}` }),
      ),
    );
    for (const rest of upTo(5)) {
      const own = answers.filter((_, i) => (i + 1) % 5 === rest % 5);
      expect(new Set(own.map(({ chatId }) => chatId)).size).toBe(1);
      expect(own.map(({ seq }) => seq)).toEqual(upTo(20));
    }
  });

  it('has no gap after a send that was refused', async () => {
    const { alice, chatId } = await world.pair();
    const answers = await Promise.all(
      upTo(60).map((n) =>
        alice.ask('sendMessage', {
          chatId,
          content: n % 3 === 0 ? ' ' : 'good',
          replyToId: n % 5 === 0 ? 9e9 : undefined,
        }),
      ),
    );
    const written = answers.filter((answer) => answer.ok).length;
    expect((await rowsOf(chatId)).map(({ seq }) => seq)).toEqual(upTo(written));
    expect(written).toBe(32);
  });

  describe('of the commands of one socket, none of which waits for an answer', () => {
    it('lets getChats without payload see who userOnline has just said this is', async () => {
      const { alice, chatId } = await world.pair();
      const client = await world.stranger();
      const [online, chats] = await Promise.all([
        client.ask('userOnline', alice.userId),
        client.ask('getChats'),
      ]);
      expect(online).toMatchObject({ ok: true, data: { userId: alice.userId } });
      expect(chats).toMatchObject({ ok: true, data: [{ id: chatId }] });
    });

    it('answers each getChats for the person of that moment', async () => {
      const [one, other] = await Promise.all([world.pair(), world.pair()]);
      const client = await world.stranger();
      const pairs = [one, other, one, other, one];
      const answers = await Promise.all(
        pairs.map(({ alice }) => {
          client.emit('userOnline', alice.userId);
          return client.ok('getChats');
        }),
      );
      expect(answers).toMatchObject(pairs.map(({ chatId }) => [{ id: chatId }]));
      client.emit('userOffline');
      expect(await client.refused('getChats')).toBe('UNAUTHENTICATED');
    });

    it('lets getMessages see the messages that were just sent', async () => {
      const { alice, chatId } = await world.pair();
      for (const n of upTo(30)) {
        alice.emit('sendMessage', { chatId, content: `message ${n}` });
        const { messages } = await alice.ok<{ messages: Message[] }>('getMessages', { chatId, limit: 1 });
        expect(messages).toMatchObject([{ seq: n, content: `message ${n}` }]);
      }
      const reads = upTo(30).map(() => {
        alice.emit('sendMessage', { chatId, content: 'more' });
        return alice.ok<{ messages: Message[] }>('getMessages', { chatId, limit: 1 });
      });
      for (const [i, { messages }] of (await Promise.all(reads)).entries()) {
        expect(messages[0]!.seq).toBeGreaterThanOrEqual(31 + i);
      }
    });

    it('lets sendMessage see the chat, and getChats the message', async () => {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      alice.emit('createChat', { user1Id: alice.userId, user2Id: bob.userId });
      alice.emit('sendMessage', { receiverId: bob.userId, content: 'first' });
      const [chat] = await alice.ok<{ lastMessage: Message }[]>('getChats');
      expect(chat!.lastMessage).toMatchObject({ content: 'first', seq: 1 });
    });

    it('lets getChats see what was just marked as seen', async () => {
      const { alice, bob, chatId } = await world.pair();
      for (const n of upTo(20)) {
        await alice.ok('sendMessage', { chatId, content: `message ${n}` });
        bob.emit('markAsSeen', { chatId });
        expect(await bob.ok('getChats')).toMatchObject([{ unread: 0, readSeq: n }]);
      }
    });

    it('lets markAsSeen see the message that was just sent', async () => {
      const { alice, bob, chatId } = await world.pair();
      for (const n of upTo(10)) {
        bob.emit('sendMessage', { chatId, senderId: alice.userId, content: 'to bob' });
        expect(await bob.ok('markAsSeen', { chatId })).toMatchObject({ seq: n });
      }
    });

    it('lets a message to the person open a new chat after deleteChat', async () => {
      const { alice, bob, chatId } = await world.pair();
      alice.emit('deleteChat', chatId);
      const message = await alice.ok<Message>('sendMessage', { receiverId: bob.userId, content: 'anew' });
      expect(message.chatId).toBeGreaterThan(chatId);
      expect(message.seq).toBe(1);
    });

    it('tells of a chat before its first message, and of its end after its last', async () => {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      const events: string[] = [];
      bob.socket.onAny((event: string) => events.push(event));
      alice.emit('sendMessage', { receiverId: bob.userId, content: 'first' });
      alice.emit('sendMessage', { receiverId: bob.userId, content: 'second' });
      const [chat] = await alice.ok<{ id: number }[]>('getChats');
      await alice.ok('deleteChat', chat!.id);
      await bob.settled();
      expect(events.filter((event) => /^(newChat|newMessage|chatDeleted)$/.test(event))).toEqual([
        'newChat',
        'newMessage',
        'newMessage',
        'chatDeleted',
      ]);
    });
  });

  it('is kept when an answer comes before the next command, whatever the socket or the edge', async () => {
    const { alice, bob, chatId } = await world.pair();
    for (const n of upTo(20)) {
      const sent = await alice.ok<Message>('sendMessage', { chatId, content: `message ${n}` });
      const { body } = await world.http.get(`/chats/${chatId}/messages`).query({ limit: 1 }).expect(200);
      expect(body.messages).toEqual([sent]);
      expect(await bob.ok('getChats')).toMatchObject([{ unread: n, lastMessage: sent }]);
    }
  });
});
