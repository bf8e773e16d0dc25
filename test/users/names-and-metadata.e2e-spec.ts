import { randomUUID } from 'node:crypto';
import type { ChatView, MessageView, UserView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { World } from '../support/world.js';

describe('What users are called', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const patch = (id: number, body: object, as: number = id) =>
    world.http
      .patch(`/users/${id}`)
      .set(as === 0 ? {} : { 'X-User-Id': String(as) })
      .send(body);

  it('is refused where it would deceive, and says what is wrong', async () => {
    const { userId } = await world.person();
    for (const name of ['Ad\u200Bmin', '\u202Enimda', 'a\nb', 'x'.repeat(201), ' ']) {
      const { body } = await patch(userId, { name }).expect(400);
      expect(body.error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path: 'name' }] });
    }
    const { body } = await patch(userId, { avatarUrl: 'https://me:secret@example.com/a.png' }).expect(400);
    expect(JSON.stringify(body)).toContain('without a user name');
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('is stored in one form', async () => {
    const { userId } = await world.person();
    const { body } = await patch(userId, { name: 'Se\u0301an', avatarUrl: 'HTTPS://Example.com' }).expect(
      200,
    );
    expect(body).toMatchObject({ name: 'Séan', avatarUrl: 'https://example.com/' });
  });

  describe.each(edges)('over %s', (edge) => {
    it('is shown as it is where it is from before these rules, but short and harmless in system messages', async () => {
      const [alice, bob] = await Promise.all([world.person(), world.person()]);
      const hostile = `\u202Eevil\u200B\n${'x'.repeat(10_000)}`;
      await world.sql('UPDATE users SET name = $2 WHERE id = $1', [alice.userId, hostile]);
      await world.sql('UPDATE users SET name = $2 WHERE id = $1', [bob.userId, '\u200B\u202E']);
      const by = over(edge, world, alice);
      const { id: chatId } = await by.ok<ChatView>('createGroup', { title: 'g', memberIds: [] });
      await by.ok('addMembers', { chatId, userIds: [bob.userId] });
      const note = await alice.next<MessageView>('newMessage');
      expect(note.content).toMatch(/^evil x+… added User \d+$/);
      expect(note.content.length).toBeLessThan(150);
      expect(note.metadata).toMatchObject({ event: 'membersAdded', userIds: [bob.userId] });
      const { body } = await patch(alice.userId, { avatarUrl: null }).expect(200);
      expect(body.name).toBe(hostile);
    });

    it('holds for titles of groups and for reactions, which can be removed whatever they are', async () => {
      const alice = await world.person();
      const by = over(edge, world, alice);
      const group = { title: 'Ad\u200Bmins', memberIds: [] };
      expect(await by.refused('createGroup', group)).toBe('VALIDATION_FAILED');
      const { id: chatId } = await by.ok<ChatView>('createGroup', { ...group, title: 'Admins' });
      expect(await by.refused('updateChat', { chatId, title: '\u202Esnimda' })).toBe('VALIDATION_FAILED');
      await by.ok('updateChat', { chatId, title: 't'.repeat(200) });
      const note = await alice.next<MessageView>('newMessage');
      expect(note.content).toMatch(/“t{50}…”$/);
      expect(note.metadata).toMatchObject({ title: 't'.repeat(200) });

      const { id: messageId } = await by.ok<MessageView>('sendMessage', { chatId, content: 'x' });
      expect(await by.refused('addReaction', { messageId, emoji: '\u3164' })).toBe('VALIDATION_FAILED');
      await world.sql('INSERT INTO message_reactions ("messageId", emoji, "userId") VALUES ($1, $2, $3)', [
        messageId,
        '\u3164',
        alice.userId,
      ]);
      expect(await by.ok('removeReaction', { messageId, emoji: '\u3164' })).toMatchObject({ reactions: [] });
      expect(await world.sql('SELECT 1 FROM message_reactions WHERE "messageId" = $1', [messageId])).toEqual(
        [],
      );
    });
  });

  describe('in `metadata.app`', () => {
    const app = { verified: true, roles: ['moderator'] };

    it('is written by the application only, and kept when they replace the rest', async () => {
      const { userId } = await world.person();
      await patch(userId, { metadata: { app, mood: 'good' } }, 0).expect(200);
      const { body } = await patch(userId, { metadata: { mood: 'bad' } }).expect(200);
      expect((body as UserView).metadata).toEqual({ app, mood: 'bad' });
      // What a client has read, it may send back.
      const again = await patch(userId, { metadata: { mood: 'so so', app } }).expect(200);
      expect(again.body.metadata).toEqual({ app, mood: 'so so' });
      for (const forged of [{ ...app, roles: ['admin'] }, null, 'x']) {
        const refused = await patch(userId, { metadata: { app: forged } }).expect(403);
        expect(refused.body.error).toMatchObject({
          code: 'FORBIDDEN',
          message: expect.stringContaining('metadata.app'),
        });
      }
      const shown = await world.http.get(`/users/${userId}`).expect(200);
      expect(shown.body.metadata).toEqual({ app, mood: 'so so' });
      const cleared = await patch(userId, { metadata: {} }, 0).expect(200);
      expect(cleared.body.metadata).toEqual({});
    });

    it('can not be made up by somebody who has none, nor for a new user', async () => {
      const { userId } = await world.person();
      await patch(userId, { metadata: { app } }).expect(403);
      const as = { 'X-User-Id': String(userId) };
      await world.http.post('/users').set(as).send({ metadata: { app } }).expect(403);
      const users = [{ externalId: randomUUID(), metadata: { app } }];
      await world.http.put('/users').set(as).send({ users }).expect(403);
      await world.http.put('/users').send({ users }).expect(200);
    });

    it('is never lost when both write at once', async () => {
      const { userId } = await world.person();
      for (let level = 1; level <= 10; level++) {
        await Promise.all([
          patch(userId, { metadata: { mood: `mood ${level}` } }).expect(200),
          patch(userId, { metadata: { app: { level } } }, 0).expect(200),
          patch(userId, { metadata: { mood: `other ${level}` } }).expect(200),
        ]);
        const { body } = await world.http.get(`/users/${userId}`).expect(200);
        expect(body.metadata).toMatchObject({ app: { level } });
      }
    });
  });
});
