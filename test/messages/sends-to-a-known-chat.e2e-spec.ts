import { World } from '../support/world.js';

interface Sent {
  id: number;
  chatId: number;
  seq: number;
  content: string;
}

/** Messages to known direct chats are written by a shorter statement: nothing may tell it from the longer one. */
describe('Messages to a direct chat that the node knows', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });

  afterAll(async () => {
    await world.stop();
  });

  it('keep their order among replies, which take the longer statement', async () => {
    const { alice, bob, chatId } = await world.pair();
    const first = await alice.ok<Sent>('sendMessage', { chatId, senderId: alice.userId, content: 'first' });
    const sends = Array.from({ length: 60 }, (_, i) =>
      alice.ok<Sent>('sendMessage', {
        chatId,
        senderId: alice.userId,
        content: String(i),
        ...(i % 7 === 3 ? { replyToId: first.id } : {}),
      }),
    );
    const seqs = (await Promise.all(sends)).map((message) => message.seq);
    expect(seqs).toEqual(seqs.map((_, i) => first.seq + 1 + i));
    const page = await bob.ok<{ messages: Sent[] }>('getMessages', {
      chatId,
      userId: bob.userId,
      after: first.seq,
    });
    expect(page.messages.slice(0, 50).map((message) => message.content)).toEqual(
      Array.from({ length: 50 }, (_, i) => String(i)),
    );
  });

  it('are answered as before when their key is repeated, beside others in the same batch', async () => {
    const { alice, chatId } = await world.pair();
    const send = (clientId: string, content: string) =>
      alice.ask('sendMessage', { chatId, senderId: alice.userId, content, clientId });
    const original = await send('once', 'hello');
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, (_, i) => send(`other ${i}`.replace(' ', '-'), `other ${i}`)),
      send('once', 'hello'),
      send('once', 'something else'),
    ]);
    expect(answers.slice(0, 20).every((answer) => answer.ok)).toBe(true);
    expect(answers[20]).toEqual(original);
    expect(answers[21]).toMatchObject({ ok: false, error: { code: 'IDEMPOTENCY_MISMATCH' } });
    const [gaps] = await world.sql<{ gaps: number }>(
      'SELECT (max(seq) - count(*))::int AS gaps FROM messages WHERE "chatId" = $1',
      [chatId],
    );
    expect(gaps).toEqual({ gaps: 0 });
  });

  it('are refused once the chat is deleted; to the person instead, they open a new chat', async () => {
    const { alice, bob, chatId } = await world.pair();
    const send = (to: { chatId: number } | { receiverId: number }) =>
      alice.ask('sendMessage', { ...to, senderId: alice.userId, content: 'hello' });
    await send({ chatId });
    const other = await world.pair();
    await bob.ok('deleteChat', { chatId, userId: bob.userId });
    const [gone, neighbour, again] = await Promise.all([
      send({ chatId }),
      other.alice.ok<Sent>('sendMessage', {
        chatId: other.chatId,
        senderId: other.alice.userId,
        content: 'beside it',
      }),
      send({ receiverId: bob.userId }),
    ]);
    expect(gone).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    expect(neighbour.seq).toBe(1);
    expect(again).toMatchObject({ ok: true, data: { seq: 1 } });
    if (again.ok) expect((again.data as Sent).chatId).not.toBe(chatId);
  });

  it('are refused when the sender is not one of its two people', async () => {
    const { alice, chatId } = await world.pair();
    await alice.ok('sendMessage', { chatId, senderId: alice.userId, content: 'hello' });
    const stranger = await world.person();
    expect(
      await stranger.refused('sendMessage', { chatId, senderId: stranger.userId, content: 'me too' }),
    ).toBe('NOT_FOUND');
  });

  it('count as unread and as sent like any other', async () => {
    const { alice, bob, chatId } = await world.pair();
    for (let i = 0; i < 3; i++) {
      await alice.ok('sendMessage', { chatId, senderId: alice.userId, content: `from alice ${i}` });
    }
    await bob.ok('sendMessage', { chatId, senderId: bob.userId, content: 'from bob' });
    const unread = async (userId: number) => {
      const chats = await alice.ok<{ id: number; unread: number }[]>('getChats', { userId });
      return chats.find((chat) => chat.id === chatId)?.unread;
    };
    expect(await unread(bob.userId)).toBe(3);
    expect(await unread(alice.userId)).toBe(1);
  });
});
