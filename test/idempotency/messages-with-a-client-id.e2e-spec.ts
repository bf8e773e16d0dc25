import { type Asker, edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { StatementLog } from '../support/statements.js';
import { type Client, World } from '../support/world.js';

type Message = { id: number; chatId: number; seq: number; [field: string]: unknown };

describe('A message with a clientId', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const countOf = async (chatId: number): Promise<number> => {
    const rows = await world.sql('SELECT 1 FROM messages WHERE "chatId" = $1', [chatId]);
    return rows.length;
  };

  describe.each(edges)('over %s', (edge) => {
    it('is written once: a retry gets the first answer, and no event is sent again', async () => {
      const { alice, bob, chatId } = await world.pair();
      const by = over(edge, world, alice);
      const draft = { chatId, content: 'once', clientId: 'once-1', metadata: { a: 1, b: [2] } };
      const message = await by.ok('sendMessage', draft);
      expect(message).toMatchObject({ clientId: 'once-1', seq: 1 });
      for (let i = 0; i < 3; i++) expect(await by.ok('sendMessage', draft)).toEqual(message);

      expect(await bob.next('newMessage')).toEqual(message);
      const next = await by.ok('sendMessage', { chatId, content: 'next' });
      expect(next).toMatchObject({ seq: 2, clientId: null });
      expect(await bob.next('newMessage')).toEqual(next);
      expect(await countOf(chatId)).toBe(2);
    });

    it('has the mark of its sender on their reactions in the answer to a retry', async () => {
      const { alice, bob, chatId } = await world.pair();
      const by = over(edge, world, alice);
      const draft = { chatId, content: 'liked', clientId: 'liked-1' };
      const { id: messageId } = await by.ok<Message>('sendMessage', draft);
      await alice.ok('addReaction', { messageId, emoji: '👍' });
      await bob.ok('addReaction', { messageId, emoji: '🎉' });
      const retried = await by.ok<Message>('sendMessage', draft);
      expect(retried.reactions).toMatchObject([
        { emoji: '👍', mine: true },
        { emoji: '🎉', mine: false },
      ]);
      expect(retried).toEqual(await by.ok('getMessage', { messageId }));
    });

    it('is the same one with its metadata in another order', async () => {
      const { alice, chatId } = await world.pair();
      const by = over(edge, world, alice);
      const draft = { chatId, content: 'same', clientId: 'same-1' };
      const orders = [
        { a: 1, b: { c: 2, d: 3 } },
        { b: { d: 3, c: 2 }, a: 1 },
      ];
      const atOnce = await Promise.all(
        orders.map((metadata) => by.ok<Message>('sendMessage', { ...draft, metadata })),
      );
      const later = await by.ok<Message>('sendMessage', { ...draft, metadata: orders[1] });
      expect(new Set([...atOnce, later].map(({ id }) => id)).size).toBe(1);
    });

    it.each([
      ['content', { content: 'two' }],
      ['metadata', { metadata: { a: 2 } }],
      ['no metadata', { metadata: undefined }],
      ['a message to reply to', (first: Message) => ({ replyToId: first.id })],
      ['a chat', (_: Message, otherChat: number) => ({ chatId: otherChat })],
    ])('is not taken for another one with another body: %s', async (_, change) => {
      const { alice, bob, chatId } = await world.pair();
      const other = await alice.ok<Message>('sendMessage', { receiverId: world.newId(), content: 'other' });
      const first = await bob.ok<Message>('sendMessage', { chatId, content: 'first' });
      const by = over(edge, world, alice);
      const draft = { chatId, content: 'one', clientId: 'two-bodies', metadata: { a: 1 } };
      const message = await by.ok('sendMessage', draft);
      const changed = { ...draft, ...(typeof change === 'function' ? change(first, other.chatId) : change) };
      expect(await by.refused('sendMessage', changed)).toBe('IDEMPOTENCY_MISMATCH');
      expect(await by.ok('sendMessage', draft)).toEqual(message);
      expect([await countOf(chatId), await countOf(other.chatId)]).toEqual([2, 1]);
    });

    it('is one of two different ones that come at once', async () => {
      const { alice, chatId } = await world.pair();
      const by = over(edge, world, alice);
      const answers = await Promise.all(
        ['one', 'two'].map((content) => by.ask('sendMessage', { chatId, content, clientId: 'at-once' })),
      );
      expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
      expect(answers.find((answer) => !answer.ok)).toMatchObject({ error: { code: 'IDEMPOTENCY_MISMATCH' } });
      expect(await countOf(chatId)).toBe(1);
    });

    it('is independent of the same clientId of another sender', async () => {
      const { alice, bob, chatId } = await world.pair();
      const draft = { chatId, content: 'mine', clientId: 'everyones' };
      const [one, other] = await Promise.all(
        [alice, bob].map((person) => over(edge, world, person).ok<Message>('sendMessage', draft)),
      );
      expect(one!.id).not.toBe(other!.id);
      expect([one, other]).toMatchObject([{ senderId: alice.userId }, { senderId: bob.userId }]);
    });

    it('is answered as it stands by the time of the retry', async () => {
      const { alice, bob, chatId } = await world.pair();
      const by = over(edge, world, alice);
      const draft = { chatId, content: 'seen?', clientId: 'seen-1' };
      expect(await by.ok('sendMessage', draft)).toMatchObject({ seen: false });
      await bob.ok('markAsSeen', { chatId });
      expect(await by.ok('sendMessage', draft)).toMatchObject({ seen: true, seq: 1 });
    });

    it.each(['', ' ', 'with space', 'ümlaut', 'x'.repeat(129), 'tab\t', 7, {}, ['a']])(
      'has one of 1 to 128 printable ASCII characters, not %j',
      async (clientId) => {
        const { alice, chatId } = await world.pair();
        const by = over(edge, world, alice);
        expect(await by.refused('sendMessage', { chatId, content: 'hi', clientId })).toBe(
          'VALIDATION_FAILED',
        );
        expect(
          await by.ok('sendMessage', { chatId, content: 'hi', clientId: '!~'.repeat(64) }),
        ).toMatchObject({
          clientId: '!~'.repeat(64),
        });
      },
    );
  });

  it('is one row with fifty identical answers when it comes fifty times at once from everywhere', async () => {
    const { alice, bob, chatId } = await world.pair();
    const tablet = await world.person(alice.userId);
    const askers: Asker[] = [alice, tablet, over('REST', world, alice)];
    const draft = { chatId, senderId: alice.userId, content: 'fifty', clientId: 'fifty-1' };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => askers[i % askers.length]!.ok('sendMessage', draft)),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ seq: 1 });
    expect(await countOf(chatId)).toBe(1);
    expect(await bob.next('newMessage')).toEqual(answers[0]);
    await bob.settled();
    expect(bob.unread('newMessage')).toEqual([]);
  });

  it('opens one chat when it comes fifty times at once to somebody new', async () => {
    const [alice, bob] = await Promise.all([world.person(), world.person()]);
    const draft = { receiverId: bob.userId, content: 'first', clientId: 'first-1' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => alice.ok('sendMessage', draft)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await alice.ok('sendMessage', draft)).toEqual(answers[0]);
    expect(await bob.ok('getChats')).toMatchObject([{ lastSeq: 1, unread: 1, lastMessage: answers[0] }]);
  });

  it('is a message to a person or to their chat: both name the same', async () => {
    const { alice, bob, chatId } = await world.pair();
    const draft = { content: 'either way', clientId: 'either-1' };
    const message = await alice.ok('sendMessage', { ...draft, chatId });
    expect(await alice.ok('sendMessage', { ...draft, receiverId: bob.userId })).toEqual(message);
    const stranger = { ...draft, receiverId: world.newId() };
    expect(await alice.refused('sendMessage', stranger)).toBe('IDEMPOTENCY_MISMATCH');
  });

  it('can be sent over one edge and again over the other', async () => {
    const { alice, chatId } = await world.pair();
    const draft = { chatId, content: 'both', clientId: 'both-1' };
    const message = await alice.ok('sendMessage', draft);
    expect(await over('REST', world, alice).ok('sendMessage', draft)).toEqual(message);
  });

  it('may have it in the header Idempotency-Key over REST', async () => {
    const { alice, chatId } = await world.pair();
    const send = () =>
      world.http
        .post(`/chats/${chatId}/messages`)
        .set({ 'X-User-Id': String(alice.userId), 'Idempotency-Key': 'header-1' })
        .send({ content: 'by header' });
    const { body } = await send().expect(201);
    expect(body).toMatchObject({ clientId: 'header-1', seq: 1 });
    expect((await send().expect(201)).body).toEqual(body);
  });

  it('is free for another message when the first was not written, also when both come at once', async () => {
    const { alice, chatId } = await world.pair();
    const clientId = 'second-try';
    const [wrong, good, repeat, third] = await Promise.all([
      alice.ask('sendMessage', { chatId: 999_999_999, content: 'hi', clientId }),
      alice.ask('sendMessage', { chatId, content: 'hi', clientId }),
      alice.ask('sendMessage', { chatId, content: 'hi', clientId }),
      alice.ask('sendMessage', { chatId, content: 'another', clientId }),
    ]);
    expect(wrong).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    expect(good).toMatchObject({ ok: true, data: { chatId, content: 'hi' } });
    expect(repeat).toEqual(good);
    expect(third).toMatchObject({ ok: false, error: { code: 'IDEMPOTENCY_MISMATCH' } });
    expect(await countOf(chatId)).toBe(1);
  });

  it('costs no statement for each when many different ones come with it and are refused', async () => {
    const alice = await world.person();
    const log = new StatementLog();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        alice.ask('sendMessage', { chatId: 999_999_999, content: `try ${i}`, clientId: 'many' }),
      ),
    );
    const sends = log.take().filter((statement) => statement === 'messages.send');
    log.stop();
    expect(answers.every((answer) => !answer.ok && answer.error.code === 'NOT_FOUND')).toBe(true);
    expect(sends.length).toBeLessThan(20);
  });

  describe('sent again by somebody who may not see it any more', () => {
    const sentInGroup = async () => {
      const { chatId, owner, members } = await groupOf(world, 2, { historyVisible: 'fromJoin' });
      const [leaver, other] = members as [Client, Client];
      const draft = { chatId, content: 'mine', clientId: 'mine-1', metadata: { a: 1 } };
      const sent = await leaver.ok<Message>('sendMessage', draft);
      await owner.ok('removeMember', { chatId, userId: leaver.userId });
      await other.ok('addReaction', { messageId: sent.id, emoji: '👍' });
      await other.ok('markAsSeen', { messageId: sent.id });
      return { chatId, owner, leaver, draft, sent };
    };

    it.each(edges)('is answered as at first, and tells nothing new, over %s', async (edge) => {
      const { leaver, draft, sent } = await sentInGroup();
      const again = await over(edge, world, leaver).ok<Message>('sendMessage', draft);
      expect({ ...again, version: 0 }).toEqual({ ...sent, version: 0 });
    });

    it('tells nothing new to somebody who joined again, and sees from then on', async () => {
      const { chatId, owner, leaver, draft, sent } = await sentInGroup();
      await owner.ok('addMembers', { chatId, userIds: [leaver.userId] });
      const again = await leaver.ok<Message>('sendMessage', draft);
      expect({ ...again, version: 0 }).toEqual({ ...sent, version: 0 });
    });

    it('is not found when its chat was deleted before', async () => {
      const { chatId, leaver, draft } = await sentInGroup();
      await world.sql('DELETE FROM chat_members WHERE "chatId" = $1', [chatId]);
      await world.sql('DELETE FROM chats WHERE id = $1', [chatId]);
      expect(await leaver.refused('sendMessage', draft)).toBe('NOT_FOUND');
    });
  });

  it('fails alone when others that come with it are good', async () => {
    const { alice, chatId } = await world.pair();
    await alice.ok('sendMessage', { chatId, content: 'zero', clientId: 'key-0' });
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) => {
        if (i % 3 === 0) return alice.ask('sendMessage', { chatId, content: 'other', clientId: 'key-0' });
        if (i % 3 === 1) return alice.ask('sendMessage', { chatId: 999_999, content: `message ${i}` });
        return alice.ask('sendMessage', { chatId, content: `message ${i}` });
      }),
    );
    const outcomes = answers.map((answer) => (answer.ok ? (answer.data as Message).seq : answer.error.code));
    expect(outcomes).toEqual(
      Array.from({ length: 30 }, (_, i) => ['IDEMPOTENCY_MISMATCH', 'NOT_FOUND', (i - 2) / 3 + 2][i % 3]),
    );
  });
});
