import { over } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

type Message = { id: number; chatId: number; seq: number; version: number; content: string };

/** Two nodes over one database: what they promise together without speaking to each other. */
describe('Two nodes', () => {
  let one: World;
  let other: World;
  beforeAll(async () => {
    one = await World.start();
    other = await World.start({ DATABASE_URL: one.config.database.url! });
  });
  afterAll(async () => {
    await other.stop();
    await one.stop();
  });

  /** Somebody at both nodes. */
  const person = async (): Promise<{ userId: number; at: [Client, Client] }> => {
    const userId = one.newId();
    return { userId, at: [await one.person(userId), await other.person(userId)] };
  };
  const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
  const rowsOf = (chatId: number) =>
    one.sql<{ seq: number; version: number }>(
      'SELECT seq::int, version::int FROM messages WHERE "chatId" = $1 ORDER BY seq',
      [chatId],
    );

  it('open one chat when fifty ask at once, both ways round', async () => {
    for (let round = 0; round < 5; round++) {
      const [alice, bob] = [await person(), await person()];
      const chats = await Promise.all(
        upTo(50).map((i) => {
          const people = [alice.userId, bob.userId];
          const [user1Id, user2Id] = i % 3 === 0 ? people : people.reverse();
          const client = (i % 2 === 0 ? alice : bob).at[i % 4 < 2 ? 0 : 1];
          return client.ok('createChat', { user1Id, user2Id });
        }),
      );
      // Only one of them has made it.
      const shown = chats.map((chat) => ({ ...chat, changed: undefined }));
      for (const chat of shown) expect(chat).toEqual(shown[0]);
      expect(await alice.at[0].ok('getChats')).toHaveLength(1);
    }
  });

  it('open one chat when two strangers write their first messages at once', async () => {
    for (let round = 0; round < 5; round++) {
      const [alice, bob] = [await person(), await person()];
      const messages = await Promise.all(
        upTo(40).map((i) => {
          const [sender, receiver] = i % 2 === 0 ? [alice, bob] : [bob, alice];
          const message = { receiverId: receiver.userId, content: `message ${i}` };
          return sender.at[i % 4 < 2 ? 0 : 1].ok<Message>('sendMessage', message);
        }),
      );
      expect(new Set(messages.map(({ chatId }) => chatId)).size).toBe(1);
      expect(messages.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(upTo(40));
    }
  });

  it('write a message once that comes to both with one clientId, and answer the same', async () => {
    for (let round = 0; round < 5; round++) {
      const [alice, bob] = [await person(), await person()];
      const draft = {
        receiverId: bob.userId,
        content: 'once',
        clientId: `once-${round}`,
        metadata: { a: [1] },
      };
      const answers = await Promise.all(
        upTo(50).map((i) => alice.at[i % 2 === 0 ? 0 : 1].ok('sendMessage', draft)),
      );
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(await rowsOf((answers[0] as Message).chatId)).toEqual([{ seq: 1, version: 2 }]);
    }
  });

  it('number the messages of a chat without gaps, each sender in order', async () => {
    const [alice, bob] = [await person(), await person()];
    const { id: chatId } = await alice.at[0].ok<{ id: number }>('createChat', {
      user1Id: alice.userId,
      user2Id: bob.userId,
    });
    const senders = [...alice.at, ...bob.at];
    const answers = await Promise.all(
      senders.map((client) =>
        Promise.all(
          upTo(75).map((n) => client.ok<Message>('sendMessage', { chatId, content: `message ${n}` })),
        ),
      ),
    );
    for (const own of answers) {
      const seqs = own.map(({ seq }) => seq);
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    }
    expect(await rowsOf(chatId)).toEqual(upTo(300).map((seq) => ({ seq, version: seq + 1 })));
    for (const client of bob.at) {
      await client.ok('markAsSeen', { chatId });
      expect(await client.ok('getChats')).toMatchObject([{ lastSeq: 300, unread: 0 }]);
    }
    expect(await alice.at[1].ok('getChats')).toMatchObject([{ unread: 150 }]);
  });

  it('move a watermark to the furthest mark, whichever node it came to', async () => {
    const [alice, bob] = [await person(), await person()];
    const messages: Message[] = [];
    for (const n of upTo(20)) {
      messages.push(
        await alice.at[0].ok<Message>('sendMessage', { receiverId: bob.userId, content: `message ${n}` }),
      );
    }
    await Promise.all(
      messages.map((message, i) =>
        over('REST', i % 2 === 0 ? one : other, bob.at[0]).ok('markAsSeen', {
          messageId: message.id,
        }),
      ),
    );
    expect(await bob.at[1].ok('getChats')).toMatchObject([{ readSeq: 20, unread: 0 }]);
  });

  it('delete a chat once, and neither finds it afterwards', async () => {
    const [alice, bob] = [await person(), await person()];
    const { id: chatId } = await alice.at[0].ok<{ id: number }>('createChat', {
      user1Id: alice.userId,
      user2Id: bob.userId,
    });
    const answers = await Promise.all(
      [...alice.at, ...bob.at].map((client) => client.ask('deleteChat', chatId)),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    for (const client of bob.at) expect(await client.refused('getChat', chatId)).toBe('NOT_FOUND');
  });
});
