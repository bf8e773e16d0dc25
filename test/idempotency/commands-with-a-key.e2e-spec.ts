import { randomUUID } from 'node:crypto';
import type { ChatView, MessageView } from '../../src/contract/index.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

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

  it('are done once, and answered again with what they were about as it is now', async () => {
    const { alice, messageId } = await sent();
    const edit = { messageId, content: 'second', clientId: randomUUID() };
    const first = await alice.ok('editMessage', edit);
    expect(await alice.ok('editMessage', edit)).toEqual(first);
    const third = await alice.ok('editMessage', { messageId, content: 'third' });
    expect(await alice.ok('editMessage', edit)).toEqual(third);
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
    for (const answer of answers) expect(answer).toMatchObject({ id: messageId });
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

  it('about a message that was deleted are answered with the empty message', async () => {
    const { alice, messageId } = await sent();
    const edit = { messageId, content: 'second', clientId: randomUUID() };
    const react = { messageId, emoji: 'a', clientId: randomUUID() };
    await alice.ok('editMessage', edit);
    await alice.ok('addReaction', react);
    await alice.ok('deleteMessage', { messageId });
    expect(await alice.ok('editMessage', edit)).toMatchObject({
      id: messageId,
      content: '',
      deletedAt: expect.any(String),
    });
    expect(await alice.ok('addReaction', react)).toMatchObject({ messageId, reactions: [] });
  });

  it('about something that the caller may not see any more are NOT_FOUND, and tell nothing new', async () => {
    const { chatId, owner, members } = await groupOf(world, 1);
    const [leaver] = members as [Client];
    const { id: messageId } = await leaver.ok<MessageView>('sendMessage', { chatId, content: 'first' });
    const edit = { messageId, content: 'second', clientId: randomUUID() };
    await leaver.ok('editMessage', edit);
    const create = { title: 'mine', memberIds: [owner.userId], clientId: randomUUID() };
    const { id: ownId } = await leaver.ok<ChatView>('createGroup', create);
    await owner.ok('removeMember', { chatId, userId: leaver.userId });
    await leaver.ok('leaveChat', { chatId: ownId });
    expect(await leaver.refused('editMessage', edit)).toBe('NOT_FOUND');
    expect(await leaver.refused('createGroup', create)).toBe('NOT_FOUND');
    // Also when the key has expired: the group still knows who made it, and with which key.
    await world.sql('DELETE FROM idempotency_keys WHERE "actorId" = $1', [leaver.userId]);
    expect(await leaver.refused('createGroup', create)).toBe('NOT_FOUND');
  });

  it('that make a group make one, also when the key has expired meanwhile', async () => {
    const alice = await world.person();
    const create = { title: 'one', memberIds: [], clientId: randomUUID() };
    const { id } = await alice.ok<ChatView>('createGroup', create);
    await alice.ok('updateChat', { chatId: id, title: 'renamed' });
    expect(await alice.ok('createGroup', create)).toMatchObject({ id, title: 'renamed' });
    await world.sql('DELETE FROM idempotency_keys WHERE "actorId" = $1', [alice.userId]);
    expect(await alice.ok('createGroup', create)).toMatchObject({ id, title: 'renamed' });
  });

  it('about users and reports are answered with them as they are now', async () => {
    const key = () => ({ 'Idempotency-Key': randomUUID() });
    const [upsertKey, updateKey, reportKey, statusKey] = [key(), key(), key(), key()];
    const externalId = randomUUID();
    const upsert = () =>
      world.http
        .put('/users')
        .set(upsertKey)
        .send({ users: [{ externalId, name: 'Ann' }] })
        .expect(200);
    const [{ id }] = (await upsert()).body as [{ id: number }];
    const rename = () => world.http.patch(`/users/${id}`).set(updateKey).send({ name: 'Bea' }).expect(200);
    await rename();
    expect((await upsert()).body).toMatchObject([{ id, name: 'Bea' }]);
    await world.http.patch(`/users/${id}`).send({ name: 'Cleo' }).expect(200);
    expect((await rename()).body).toMatchObject({ id, name: 'Cleo' });

    const { bob, messageId } = await sent();
    const report = () =>
      world.http
        .post(`/messages/${messageId}/reports`)
        .set({ ...reportKey, 'X-User-Id': String(bob.userId) })
        .send({ reason: 'rude' })
        .expect(201);
    const first = (await report()).body as { reportId: number };
    expect((await report()).body).toEqual(first);
    const resolve = () =>
      world.http.patch(`/reports/${first.reportId}`).set(statusKey).send({ status: 'resolved' }).expect(200);
    expect((await resolve()).body).toEqual((await resolve()).body);
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
