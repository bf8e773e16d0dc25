import { randomUUID } from 'node:crypto';
import type { MessageView } from '../../src/contract/index.js';
import { World } from '../support/world.js';

describe('Commands that carry a key', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  async function sent() {
    const { alice, bob, chatId } = await world.pair();
    const { id: messageId } = await alice.ok<MessageView>('sendMessage', { chatId, content: 'first' });
    return { alice, bob, chatId, messageId };
  }

  it('give the same answer again, also after later changes', async () => {
    const { alice, messageId } = await sent();
    const edit = { messageId, content: 'second', clientId: randomUUID() };
    const first = await alice.ok('editMessage', edit);
    await alice.ok('editMessage', { messageId, content: 'third' });
    expect(await alice.ok('editMessage', edit)).toEqual(first);
    const rows = await world.sql('SELECT content FROM messages WHERE id = $1', [messageId]);
    expect(rows).toEqual([{ content: 'third' }]);
  });

  it('are done once when they come 20 times at once', async () => {
    const { alice, messageId } = await sent();
    const edit = { messageId, content: 'second', clientId: randomUUID() };
    const phone = await world.person(alice.userId);
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const device = i % 2 ? alice : phone;
        const answer = device.ok('editMessage', edit);
        // Without something in between an edit that is done again changes nothing.
        await device.ok('editMessage', { messageId, content: `between ${i}` });
        return answer;
      }),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const kept = await world.sql<{ content: string }>(
      `SELECT content FROM message_edits WHERE "messageId" = $1
       UNION ALL SELECT content FROM messages WHERE id = $1`,
      [messageId],
    );
    expect(kept.filter(({ content }) => content === 'second')).toHaveLength(1);
    expect(kept).toHaveLength(1 + 1 + 20);
    const [chat] = await world.sql(
      'SELECT c.version::int FROM chats c JOIN messages m ON m."chatId" = c.id WHERE m.id = $1',
      [messageId],
    );
    // The chat at 1, the message at 2, and each edit.
    expect(chat).toEqual({ version: 2 + 1 + 20 });
  });

  it('are refused with another body, or as another command', async () => {
    const { alice, messageId } = await sent();
    const clientId = randomUUID();
    await alice.ok('editMessage', { messageId, content: 'second', clientId });
    expect(await alice.refused('editMessage', { messageId, content: 'third', clientId })).toBe(
      'IDEMPOTENCY_MISMATCH',
    );
    expect(await alice.refused('deleteMessage', { messageId, clientId })).toBe('IDEMPOTENCY_MISMATCH');
  });

  it('keep the keys of different people apart', async () => {
    const { alice, bob, messageId } = await sent();
    const clientId = randomUUID();
    await alice.ok('addReaction', { messageId, emoji: 'a', clientId });
    expect(await bob.ok('addReaction', { messageId, emoji: 'b', clientId })).toMatchObject({
      reactions: [{ emoji: 'a' }, { emoji: 'b' }],
    });
  });

  it('that failed may be sent again', async () => {
    const { alice, bob, messageId } = await sent();
    const edit = { messageId, content: 'x', clientId: randomUUID() };
    expect(await bob.refused('editMessage', edit)).toBe('FORBIDDEN');
    expect(await bob.refused('editMessage', edit)).toBe('FORBIDDEN');
    expect(await alice.ok('editMessage', edit)).toMatchObject({ content: 'x' });
  });

  it('take the key from Idempotency-Key over REST', async () => {
    const key = randomUUID();
    const create = (name: string) => world.http.post('/users').set('Idempotency-Key', key).send({ name });
    const first = await create('Ann').expect(201);
    expect((await create('Ann').expect(201)).body).toEqual(first.body);
    expect((await create('Bob').expect(409)).body.error.code).toBe('IDEMPOTENCY_MISMATCH');

    const { alice, chatId } = await sent();
    const send = () =>
      world.http
        .post(`/chats/${chatId}/messages`)
        .set('Idempotency-Key', key)
        .send({ senderId: alice.userId, content: 'by rest' });
    expect((await send().expect(201)).body).toEqual((await send().expect(201)).body);
  });
});
