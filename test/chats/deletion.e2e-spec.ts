import { type Asker, edges, over } from '../support/edges.js';
import { eventually, World } from '../support/world.js';

describe('A deleted chat', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const messagesLeft = async (chatId: number): Promise<number> => {
    const [row] = await world.sql<{ count: string }>('SELECT count(*) FROM messages WHERE "chatId" = $1', [
      chatId,
    ]);
    return Number(row!.count);
  };
  const purges = () => world.sql('SELECT 1 FROM chat_purges');

  /** Puts messages into a chat as if its second person had sent them. */
  const fill = async (chatId: number, count: number): Promise<void> => {
    await world.sql(
      `INSERT INTO messages ("chatId", seq, version, "senderId", content)
       SELECT id, seq, seq + 1, "user2Id", 'message ' || seq FROM chats, generate_series(1, $2::int) AS seq WHERE id = $1`,
      [chatId, count],
    );
    await world.sql('UPDATE chats SET "lastSeq" = $2::int, version = $2::int + 1 WHERE id = $1', [
      chatId,
      count,
    ]);
  };

  describe.each(edges)('over %s', (edge) => {
    it('is gone for everyone, and its messages are gone from the database', async () => {
      const { alice, bob, chatId } = await world.pair();
      const message = await bob.ok('sendMessage', { chatId, content: 'gone soon' });
      expect(await over(edge, world, alice).ok('deleteChat', { chatId })).toMatchObject({
        chatId,
        version: 3,
      });

      expect(await messagesLeft(chatId)).toBe(0);
      expect(await world.sql('SELECT 1 FROM chat_members WHERE "chatId" = $1', [chatId])).toEqual([]);
      for (const person of [alice, bob]) {
        const by: Asker = over(edge, world, person);
        expect(await by.ok('getChats', { userId: person.userId })).toEqual([]);
        expect(await by.refused('getChat', { chatId })).toBe('NOT_FOUND');
        expect(await by.refused('getMessages', { chatId })).toBe('NOT_FOUND');
        expect(await by.refused('sendMessage', { chatId, content: 'hello?' })).toBe('NOT_FOUND');
        expect(await by.refused('markAsSeen', { messageId: message.id })).toBe('NOT_FOUND');
        expect(await by.refused('markAsSeen', { chatId })).toBe('NOT_FOUND');
        expect(await by.refused('deleteChat', { chatId })).toBe('NOT_FOUND');
      }
      expect(await messagesLeft(chatId)).toBe(0);
    });

    it('reaches every device of both users as chatDeleted, and nobody else', async () => {
      const { alice, bob, chatId } = await world.pair();
      const [tablet, phone, carol] = await Promise.all([
        world.person(alice.userId),
        world.person(bob.userId),
        world.person(),
      ]);
      const deleted = await over(edge, world, alice).ok('deleteChat', { chatId });
      for (const device of [tablet, bob, phone]) expect(await device.next('chatDeleted')).toEqual(deleted);
      if (edge === 'REST') expect(await alice.next('chatDeleted')).toEqual(deleted);
      for (const client of [alice, tablet, bob, phone, carol]) {
        await client.settled();
        expect(client.unread('chatDeleted')).toEqual([]);
      }
    });

    it('leaves its two people free to open a new one', async () => {
      const { alice, bob, chatId } = await world.pair();
      await alice.ok('sendMessage', { chatId, content: 'old', clientId: 'the-same-key' });
      await over(edge, world, alice).ok('deleteChat', { chatId });
      const people = { user1Id: bob.userId, user2Id: alice.userId };
      const chat = await over(edge, world, bob).ok<{ id: number }>('createChat', people);
      expect(chat.id).toBeGreaterThan(chatId);
      expect(chat).toMatchObject({ ...people, lastSeq: 0, version: 1 });
      expect(await alice.next('newChat')).toMatchObject(chat);
      expect(
        await alice.ok('sendMessage', { chatId: chat.id, content: 'new', clientId: 'the-same-key' }),
      ).toMatchObject({
        chatId: chat.id,
        seq: 1,
        content: 'new',
      });
    });

    it('is deleted by one of ten who ask at once; the others get NOT_FOUND', async () => {
      const { alice, bob, chatId } = await world.pair();
      const askers = [over(edge, world, alice), over(edge, world, bob)];
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => askers[i % 2]!.ask('deleteChat', { chatId })),
      );
      expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
      for (const answer of answers) if (!answer.ok) expect(answer.error.code).toBe('NOT_FOUND');
    });
  });

  it('comes as one event to a caller without a callback', async () => {
    const { alice, bob, chatId } = await world.pair();
    alice.emit('deleteChat', { chatId });
    const deleted = await alice.next('chatDeleted');
    expect(deleted).toMatchObject({ chatId });
    expect(await bob.next('chatDeleted')).toEqual(deleted);
    await alice.settled();
    expect(alice.unread('chatDeleted')).toEqual([]);
  });

  it.each([
    ['a number', (chatId: number) => chatId],
    ['a numeric string', (chatId: number) => String(chatId)],
    ['an object', (chatId: number) => ({ chatId })],
    ['an object of a string', (chatId: number) => ({ chatId: String(chatId) })],
  ])('can be named by %s', async (_, form) => {
    const { alice, chatId } = await world.pair();
    expect(await alice.ok('deleteChat', form(chatId))).toMatchObject({ chatId });
  });

  it('can be deleted by a request that names no user', async () => {
    const { alice, bob, chatId } = await world.pair();
    await world.http.delete(`/chats/${chatId}`).expect(200, { chatId, version: 2 });
    for (const client of [alice, bob])
      expect(await client.next('chatDeleted')).toEqual({ chatId, version: 2 });
  });

  it('is not deleted by a stranger whom the query of the request names', async () => {
    const { alice, chatId } = await world.pair();
    await world.http.delete(`/chats/${chatId}`).query({ userId: world.newId() }).expect(404);
    await world.http.delete(`/chats/${chatId}`).query({ userId: alice.userId }).expect(200);
  });

  it.each([5_000, 12_345])('loses all of its %d messages in the end, and is gone at once', async (count) => {
    const { alice, bob, chatId } = await world.pair();
    const neighbour = await alice.ok<{ chatId: number }>('sendMessage', {
      receiverId: world.newId(),
      content: 'stays',
    });
    await fill(chatId, count);
    await world.sql(
      `INSERT INTO message_mentions ("chatId", "userId", seq)
       SELECT "chatId", $2, seq FROM messages WHERE "chatId" = $1 ON CONFLICT DO NOTHING`,
      [chatId, alice.userId],
    );
    expect(await alice.ok('deleteChat', { chatId })).toMatchObject({ chatId, version: count + 2 });
    expect(await bob.refused('getMessages', { chatId })).toBe('NOT_FOUND');
    await eventually(async () => (await messagesLeft(chatId)) === 0);
    await eventually(async () => (await purges()).length === 0);
    expect(await world.sql('SELECT 1 FROM message_mentions WHERE "chatId" = $1', [chatId])).toEqual([]);
    expect(await messagesLeft(neighbour.chatId)).toBe(1);
  });

  it('loses the messages that a crash has left at the next start', async () => {
    const [gone] = await world.sql<{ id: string }>(
      `SELECT nextval(pg_get_serial_sequence('chats', 'id')) AS id`,
    );
    const chatId = Number(gone!.id);
    await world.sql(
      `INSERT INTO messages ("chatId", seq, version, content)
       SELECT $1, seq, seq, 'left' FROM generate_series(1, 6000) AS seq`,
      [chatId],
    );
    await world.sql('INSERT INTO chat_purges ("chatId") VALUES ($1)', [chatId]);
    const restarted = await World.start({ DATABASE_URL: world.config.database.url! });
    try {
      await eventually(async () => (await messagesLeft(chatId)) === 0);
      await eventually(async () => (await purges()).length === 0);
    } finally {
      await restarted.stop();
    }
  });

  it('keeps no message of those who send to it while it goes', async () => {
    const { alice, bob, chatId } = await world.pair();
    const answers = Array.from({ length: 100 }, (_, i) =>
      [alice, bob][i % 2]!.ask('sendMessage', { chatId, content: `message ${i}` }),
    );
    await over('REST', world, alice).ok('deleteChat', { chatId });
    for (const answer of await Promise.all(answers)) {
      if (!answer.ok) expect(answer.error.code).toBe('NOT_FOUND');
    }
    expect(await messagesLeft(chatId)).toBe(0);
  });

  it('gives way to a new one for those who go on sending to the person', async () => {
    const { alice, bob, chatId } = await world.pair();
    let latest = chatId;
    let sending = true;
    const deletions = async () => {
      while (sending) await bob.ask('deleteChat', latest);
    };
    const sends = async () => {
      for (let i = 0; i < 100; i++) {
        const message = { receiverId: bob.userId, content: `message ${i}` };
        latest = (await alice.ok<{ chatId: number }>('sendMessage', message)).chatId;
      }
    };
    const all = Promise.all([sends(), sends(), sends(), sends()]).finally(() => (sending = false));
    await Promise.all([all, deletions(), deletions()]);
    await alice.ok('sendMessage', { receiverId: bob.userId, content: 'the last' });
    expect(await bob.ok('getChats')).toMatchObject([{ lastMessage: { content: 'the last' } }]);
  });
});
