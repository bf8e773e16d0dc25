import pg from 'pg';
import { AT_ONCE } from '../../src/commands/share/fair-share.js';
import { RestAsker } from '../support/edges.js';
import type { ChatView, MessageView } from '../../src/contract/index.js';
import { groupOf } from '../support/groups.js';
import { waitingForLock } from '../support/database-locks.js';
import { World } from '../support/world.js';

const SOCKETS = 12;

describe('Of one user', () => {
  let world: World;
  let locker: pg.Client;
  beforeAll(async () => {
    world = await World.start();
    locker = new pg.Client({ connectionString: world.config.database.url! });
    await locker.connect();
  });
  afterAll(async () => {
    await locker.end();
    await world.stop();
  });

  const waiting = () =>
    world.sql(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );

  describe('reads', () => {
    it('are under way a few at a time, over all sockets and requests; others are answered meanwhile', async () => {
      const { alice, bob, chatId } = await world.pair();
      await alice.ok('sendMessage', { chatId, content: 'hi' });
      const devices = [alice];
      while (devices.length < SOCKETS) devices.push(await world.person(alice.userId));
      const rest = new RestAsker(world, alice.userId);

      // All that reads messages waits.
      await locker.query('BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE');
      const asked = devices.map((device) => device.ask('getMessages', { chatId }));
      const listed = Array.from({ length: SOCKETS }, () => rest.ask('getChats', { userId: alice.userId }));
      await waitingForLock(world, AT_ONCE);
      expect(await bob.ok('getBlocks')).toEqual([]);
      expect(await alice.ok('blockUser', { userId: bob.userId })).toMatchObject({ blocked: true });
      expect(await waiting()).toHaveLength(AT_ONCE);
      await locker.query('COMMIT');

      for (const answer of await Promise.all([...asked, ...listed]))
        expect(answer).toMatchObject({ ok: true });
    });

    it('that waited too long are answered in time, and are not run any more', async () => {
      const { alice, chatId } = await world.pair();
      await locker.query('BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE');
      const asked = Array.from({ length: 30 }, () => alice.refused('getMessages', { chatId }));
      expect(new Set(await Promise.all(asked))).toEqual(new Set(['UNAVAILABLE']));
      await locker.query('COMMIT');
      expect(await alice.ok('getMessages', { chatId })).toMatchObject({ messages: [] });
    });

    it('see what the same socket has written before them, also after they waited', async () => {
      const { alice, chatId } = await world.pair();
      const reads = Array.from({ length: 3 * AT_ONCE }, (_, i) => {
        alice.emit('sendMessage', { chatId, content: `${i}` });
        return alice.ok<{ messages: { content: string }[] }>('getMessages', { chatId, limit: 100 });
      });
      for (const [i, { messages }] of (await Promise.all(reads)).entries()) {
        expect(messages.map(({ content }) => content)).toContain(`${i}`);
      }
    });
  });

  describe('writes', () => {
    it('are under way a few at a time, over all sockets and requests; others write meanwhile', async () => {
      const { alice, bob, chatId } = await world.pair();
      await bob.ok('sendMessage', { chatId, content: 'hi' });
      const other = await world.pair();
      const { id: messageId } = await other.alice.ok<{ id: number }>('sendMessage', {
        chatId: other.chatId,
        content: 'hello',
      });
      const pair = { user1Id: alice.userId, user2Id: other.bob.userId };
      const { id: elsewhere } = await alice.ok<{ id: number }>('createChat', pair);
      const devices = [alice];
      while (devices.length < SOCKETS) devices.push(await world.person(alice.userId));
      const rest = new RestAsker(world, alice.userId);

      await locker.query('BEGIN');
      const row = 'SELECT 1 FROM chat_members WHERE "chatId" = $1 AND "userId" = $2 FOR UPDATE';
      await locker.query(row, [chatId, alice.userId]);
      const change = { chatId, userId: alice.userId, archived: true };
      const changes = devices.map((device) => device.ask('updateMembership', change));
      const more = Array.from({ length: SOCKETS }, () => rest.ask('updateMembership', change));
      await waitingForLock(world, AT_ONCE);
      expect((await waiting()).length).toBeLessThanOrEqual(AT_ONCE);
      const edit = { messageId, content: 'hello there' };
      expect(await other.alice.ok('editMessage', edit)).toMatchObject({ content: edit.content });
      // What she sends does not stand in this line.
      const sent = { chatId: elsewhere, content: 'sent meanwhile' };
      expect(await rest.ask('sendMessage', sent)).toMatchObject({ ok: true });
      expect((await waiting()).length).toBeLessThanOrEqual(AT_ONCE);
      await locker.query('COMMIT');

      for (const answer of await Promise.all([...changes, ...more]))
        expect(answer).toMatchObject({ ok: true });
    });

    it('in one chat hold one connection, whoever they come from, and one of the database waits for its lock', async () => {
      const { owner, members, chatId } = await groupOf(world, 6);
      const messages: number[] = [];
      for (const content of ['one', 'two'])
        messages.push((await owner.ok<MessageView>('sendMessage', { chatId, content })).id);
      await locker.query('BEGIN');
      await locker.query('SELECT 1 FROM chats WHERE id = $1 FOR UPDATE', [chatId]);
      const changes = [owner, ...members].flatMap((member) =>
        messages.map((messageId) => member.ask('addReaction', { messageId, emoji: '👍' })),
      );
      await waitingForLock(world);
      const others = await world.pair();
      const { id: messageId } = await others.alice.ok<MessageView>('sendMessage', {
        chatId: others.chatId,
        content: 'hi',
      });
      await others.bob.ok('addReaction', { messageId, emoji: '👍' });
      expect(await waiting()).toHaveLength(1);
      await locker.query('COMMIT');
      for (const answer of await Promise.all(changes)) expect(answer).toMatchObject({ ok: true });
    });
  });
});

describe('Of one address', () => {
  let world: World;
  let locker: pg.Client;
  beforeAll(async () => {
    world = await World.start({ RATE_LIMITS: 'on', TRUST_PROXY: '1' });
    locker = new pg.Client({ connectionString: world.config.database.url! });
    await locker.connect();
  });
  afterAll(async () => {
    await locker.end();
    await world.stop();
  });

  const from = (address: string) => ({ extraHeaders: { 'x-forwarded-for': address } });

  it('reads of all users are under way a few at a time, and another address is answered meanwhile', async () => {
    const people = await Promise.all(
      Array.from({ length: 10 }, () => world.person(world.newId(), from('203.0.113.1'))),
    );
    const neighbour = await world.person(world.newId(), from('203.0.113.2'));
    const memberIds = [neighbour, ...people].map(({ userId }) => userId);
    const { id: chatId } = await neighbour.ok<ChatView>('createGroup', { title: 'all', memberIds });
    await locker.query('BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE');
    const asked = people.flatMap((person) => [
      person.ask('getMessages', { chatId }),
      person.ask('getMessages', { chatId }),
    ]);
    await waitingForLock(world, AT_ONCE);
    const read = neighbour.ask('getMessages', { chatId });
    await waitingForLock(world, AT_ONCE + 1);
    expect(await neighbour.ok('getBlocks')).toEqual([]);
    const rows = await world.sql(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(rows).toHaveLength(AT_ONCE + 1);
    await locker.query('COMMIT');
    for (const answer of await Promise.all([...asked, read])) expect(answer).toMatchObject({ ok: true });
  });
});
