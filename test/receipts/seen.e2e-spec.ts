import { messageSeenView } from '../../src/contract/index.js';
import { type Asker, edges, over } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

interface Message {
  id: number;
  seq: number;
  seen: boolean;
}

interface Item {
  id: number;
  unread: number;
  readSeq: number;
  lastMessage: Message | null;
}

describe('What counts as seen', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** Two people with a chat in which alice has sent messages. */
  const told = async (count: number) => {
    const { alice, bob, chatId } = await world.pair();
    const messages = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        alice.ok<Message>('sendMessage', { chatId, content: `message ${i}` }),
      ),
    );
    return { alice, bob, chatId, messages };
  };
  const seenIn = async (chatId: number, by: Asker): Promise<boolean[]> => {
    const { messages } = await by.ok<{ messages: Message[] }>('getMessages', { chatId });
    return messages.map(({ seen }) => seen);
  };
  const chatOf = async (by: Client, chatId: number): Promise<Item> => {
    const chats = await by.ok<Item[]>('getChats', by.userId);
    return chats.find(({ id }) => id === chatId)!;
  };

  describe.each(edges)('over %s', (edge) => {
    it('is everything up to the message that is marked', async () => {
      const { alice, bob, chatId, messages } = await told(5);
      const marked = messages[2]!;
      const seen = await over(edge, world, bob).ok('markAsSeen', { messageId: marked.id });
      expect(messageSeenView.strict().parse(seen)).toMatchObject({
        messageId: marked.id,
        seen: true,
        chatId,
        userId: bob.userId,
        seq: 3,
        version: 6,
      });
      for (const person of [alice, bob]) {
        expect(await seenIn(chatId, over(edge, world, person))).toEqual([true, true, true, false, false]);
      }
      expect(await chatOf(bob, chatId)).toMatchObject({
        unread: 2,
        readSeq: 3,
        lastMessage: { seen: false },
      });
    });

    it('reaches every device of both users as messageSeen, and nobody else', async () => {
      const { alice, bob, messages } = await told(1);
      const [laptop, phone, carol] = await Promise.all([
        world.person(alice.userId),
        world.person(bob.userId),
        world.person(),
      ]);
      const seen = await over(edge, world, bob).ok('markAsSeen', { messageId: messages[0]!.id });
      for (const device of [alice, laptop, phone]) expect(await device.next('messageSeen')).toEqual(seen);
      if (edge === 'REST') expect(await bob.next('messageSeen')).toEqual(seen);
      for (const client of [alice, laptop, bob, phone, carol]) {
        await client.settled();
        expect(client.unread('messageSeen')).toEqual([]);
      }
    });

    it('never moves back: an older mark is answered, and nobody receives an event', async () => {
      const { alice, bob, chatId, messages } = await told(5);
      const by = over(edge, world, bob);
      await bob.ok('markAsSeen', { messageId: messages[3]!.id });
      await alice.next('messageSeen');
      for (const message of [messages[0]!, messages[3]!]) {
        expect(await by.ok('markAsSeen', { messageId: message.id })).toMatchObject({
          messageId: message.id,
          seen: true,
          seq: message.seq,
        });
      }
      expect(await seenIn(chatId, by)).toEqual([true, true, true, true, false]);
      expect(await chatOf(bob, chatId)).toMatchObject({ unread: 1, readSeq: 4 });
      await alice.settled();
      expect(alice.unread('messageSeen')).toEqual([]);
    });

    it('is everything there is when the chat is marked', async () => {
      const { alice, bob, chatId, messages } = await told(3);
      expect(await over(edge, world, bob).ok('markAsSeen', { chatId })).toMatchObject({
        messageId: messages[2]!.id,
        seen: true,
        chatId,
        seq: 3,
      });
      expect(await alice.next('messageSeen')).toMatchObject({
        messageId: messages[2]!.id,
        userId: bob.userId,
      });
      expect(await seenIn(chatId, alice)).toEqual([true, true, true]);
      expect(await chatOf(bob, chatId)).toMatchObject({ unread: 0, lastMessage: { seen: true } });

      await alice.ok('sendMessage', { chatId, content: 'one more' });
      expect(await chatOf(bob, chatId)).toMatchObject({ unread: 1, lastMessage: { seen: false } });
    });

    it('is nothing in an empty chat', async () => {
      const { alice, bob, chatId } = await world.pair();
      expect(await over(edge, world, bob).ok('markAsSeen', { chatId })).toMatchObject({
        messageId: null,
        seen: true,
        chatId,
        userId: bob.userId,
        seq: 0,
        version: 1,
      });
      await alice.settled();
      expect(alice.unread('messageSeen')).toEqual([]);
    });

    it('is seen by the receiver when no reader is named', async () => {
      const { alice, bob, chatId, messages } = await told(2);
      const by = over(edge, world, await world.stranger());
      expect(await by.ok('markAsSeen', { messageId: messages[0]!.id })).toMatchObject({
        userId: bob.userId,
        seq: 1,
      });
      expect(await alice.next('messageSeen')).toMatchObject({ userId: bob.userId, seq: 1 });
      expect(await by.ok('markAsSeen', { chatId })).toMatchObject({ userId: bob.userId, seq: 2 });
      expect(await chatOf(bob, chatId)).toMatchObject({ unread: 0 });
    });

    it('is seen by the one whom the payload names', async () => {
      const { alice, bob, messages } = await told(1);
      const by = over(edge, world, alice);
      const mark = { messageId: messages[0]!.id, userId: bob.userId };
      expect(await by.ok('markAsSeen', mark)).toMatchObject({ userId: bob.userId });
    });

    it('takes ids as numbers and numeric strings, and gives numbers', async () => {
      const { bob, chatId, messages } = await told(1);
      const by = over(edge, world, bob);
      for (const mark of [{ messageId: String(messages[0]!.id) }, { chatId: String(chatId) }]) {
        expect(await by.ok('markAsSeen', mark)).toMatchObject({ messageId: messages[0]!.id, chatId });
      }
    });

    it('is not seen by its sender: own messages are neither unread nor seen by being marked', async () => {
      const { alice, chatId, messages } = await told(3);
      expect(await chatOf(alice, chatId)).toMatchObject({ unread: 0, readSeq: 0 });
      await over(edge, world, alice).ok('markAsSeen', { messageId: messages[1]!.id });
      expect(await chatOf(alice, chatId)).toMatchObject({ unread: 0, readSeq: 2 });
      expect(await seenIn(chatId, alice)).toEqual([false, false, false]);
    });

    it('is not found in another chat, nor where there is no such message', async () => {
      const { bob, messages } = await told(1);
      const other = await bob.ok<{ chatId: number }>('sendMessage', {
        receiverId: world.newId(),
        content: 'hi',
      });
      const by = over(edge, world, bob);
      const mismatch = { messageId: messages[0]!.id, chatId: other.chatId };
      expect(await by.refused('markAsSeen', mismatch)).toBe('NOT_FOUND');
      expect(await by.refused('markAsSeen', { messageId: 987_654_321 })).toBe('NOT_FOUND');
      expect(await by.refused('markAsSeen', { chatId: 987_654_321 })).toBe('NOT_FOUND');
    });
  });

  it('needs no body over REST: the path says what is seen', async () => {
    const { bob, chatId, messages } = await told(2);
    const [first] = messages;
    const posted = (path: string) => world.http.post(path).set('X-User-Id', String(bob.userId)).expect(200);
    expect((await posted(`/messages/${first!.id}/seen`)).body).toMatchObject({
      messageId: first!.id,
      seq: 1,
    });
    expect((await posted(`/chats/${chatId}/seen`)).body).toMatchObject({ chatId, seq: 2 });
  });

  it('is what the path says over REST, whatever the body says', async () => {
    const { bob, messages } = await told(2);
    const [first, second] = messages;
    const { body } = await world.http
      .post(`/messages/${first!.id}/seen`)
      .send({ messageId: second!.id, userId: bob.userId })
      .expect(200);
    expect(body).toMatchObject({ messageId: first!.id, seq: 1 });
  });

  it.each([
    ['a number', (messageId: number) => messageId],
    ['a numeric string', (messageId: number) => String(messageId)],
    ['an object', (messageId: number) => ({ messageId })],
  ])('can be named by %s', async (_, form) => {
    const { bob, messages } = await told(1);
    const { id } = messages[0]!;
    expect(await bob.ok('markAsSeen', form(id))).toMatchObject({ messageId: id, userId: bob.userId });
  });

  it('comes as one event to a caller without a callback, whether it moved or not', async () => {
    const { alice, bob, messages } = await told(1);
    for (let i = 0; i < 2; i++) {
      bob.emit('markAsSeen', { messageId: messages[0]!.id });
      expect(await bob.next('messageSeen')).toMatchObject({ messageId: messages[0]!.id, seen: true });
    }
    await bob.settled();
    expect(bob.unread('messageSeen')).toEqual([]);
    await alice.settled();
    expect(alice.unread('messageSeen')).toHaveLength(1);
  });

  it('comes as one event when all devices mark the same at once, and never moves back', async () => {
    const { alice, bob, chatId, messages } = await told(6);
    const devices: Asker[] = [
      bob,
      await world.person(bob.userId),
      await world.person(bob.userId),
      over('REST', world, bob),
    ];
    await Promise.all(
      [5, 5, 2, 5, 3, 5, 0, 5].map((index, i) =>
        devices[i % devices.length]!.ok('markAsSeen', { messageId: messages[index]!.id }),
      ),
    );
    expect(await chatOf(bob, chatId)).toMatchObject({ unread: 0, readSeq: 6 });
    await alice.settled();
    const heard = alice.unread('messageSeen').map((seen) => (seen as { seq: number }).seq);
    expect(heard).toEqual([...new Set(heard)].sort((a, b) => a - b));
    expect(heard.at(-1)).toBe(6);
  });

  it('never moves back, also when messages that count as unread again are read a second time', async () => {
    const { alice, bob, chatId, messages } = await told(5);
    await bob.ok('markAsSeen', { chatId });
    await alice.next('messageSeen');
    await bob.ok('markAsUnread', { chatId, messageId: messages[1]!.id });
    await bob.ok('markAsSeen', { messageId: messages[2]!.id });
    expect(await chatOf(bob, chatId)).toMatchObject({ unread: 2, readSeq: 5 });
    expect(await seenIn(chatId, alice)).toEqual([true, true, true, true, true]);
    await alice.settled();
    expect(alice.unread('messageSeen')).toEqual([]);
  });

  it('shows as readSeq of the members', async () => {
    const { alice, bob, chatId, messages } = await told(3);
    await bob.ok('markAsSeen', messages[1]!.id);
    expect(await alice.ok('getChat', chatId)).toMatchObject({
      members: [
        { userId: alice.userId, readSeq: 0 },
        { userId: bob.userId, readSeq: 2, deliveredSeq: 2 },
      ],
    });
  });

  it('leaves the numbers of unread messages that counting gives, after any walk', async () => {
    const people = await Promise.all(Array.from({ length: 3 }, () => world.person()));
    const chats = await Promise.all(
      [
        [0, 1],
        [1, 2],
        [2, 0],
      ].map(async (pair) => {
        const members = pair.map((index) => people[index]!);
        const [user1Id, user2Id] = members.map(({ userId }) => userId);
        return { members, id: (await people[0]!.ok<{ id: number }>('createChat', { user1Id, user2Id })).id };
      }),
    );
    const sent: Message[][] = chats.map(() => []);
    // A walk that is the same each time: the generator of Park and Miller.
    let state = 20_261_122;
    const below = (limit: number): number => (state = (state * 48_271) % 2_147_483_647) % limit;

    const step = async (): Promise<void> => {
      const index = below(chats.length);
      const { id: chatId, members } = chats[index]!;
      const person = members[below(2)]!;
      const messages = sent[index]!;
      const kind = below(10);
      if (kind < 6 || messages.length === 0) {
        messages.push(await person.ok<Message>('sendMessage', { chatId, content: 'step' }));
      } else if (kind < 9) {
        await person.ok('markAsSeen', { messageId: messages[below(messages.length)]!.id });
      } else {
        await person.ok('markAsSeen', { chatId });
      }
    };
    const compare = async (): Promise<void> => {
      for (const person of people) {
        const counted = await world.sql<{ id: string; unread: string }>(
          `SELECT m."chatId" AS id, count(n.id) AS unread FROM chat_members m
           LEFT JOIN messages n ON n."chatId" = m."chatId" AND n.seq > m."readSeq" AND n."senderId" <> m."userId"
           WHERE m."userId" = $1 GROUP BY m."chatId" ORDER BY m."chatId"`,
          [person.userId],
        );
        const listed = await person.ok<Item[]>('getChats', person.userId);
        expect(listed.map(({ id, unread }) => [id, unread]).sort(([a], [b]) => a! - b!)).toEqual(
          counted.map(({ id, unread }) => [Number(id), Number(unread)]),
        );
      }
    };

    for (let i = 0; i < 60; i++) {
      await step();
      await compare();
    }
    for (let i = 0; i < 15; i++) {
      await Promise.all(Array.from({ length: 20 }, () => step()));
      await compare();
    }
    for (const person of people) {
      for (const { id } of await person.ok<Item[]>('getChats')) await person.ok('markAsSeen', { chatId: id });
      expect((await person.ok<Item[]>('getChats')).map(({ unread }) => unread)).toEqual([0, 0]);
    }
  });
});
