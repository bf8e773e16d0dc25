import pg from 'pg';
import { logPage } from '../../src/changes/log-page.js';
import { type Change, removeOld, removeRead } from '../../src/changes/log.queries.js';
import type { Position } from '../../src/changes/position.js';
import { SettledLog } from '../../src/changes/settled.js';
import { Sink } from '../../src/changes/sink.js';
import { addSink, leaseSinks, moveSinkToNow, removeSink } from '../../src/changes/sinks.queries.js';
import { Database } from '../../src/database/database.js';
import { statements } from '../../src/database/statement.js';
import { waitingForLock } from '../support/database-locks.js';
import { pause } from '../support/time.js';
import { eventually, World } from '../support/world.js';

const START: Position = { messageId: 0, outboxId: 0 };

describe('The log of changes', () => {
  let world: World;
  let sql: Database;
  const clients: pg.Client[] = [];
  beforeAll(async () => {
    world = await World.start();
    sql = Database.open({ url: world.config.database.url!, pool: 4, timeoutMs: 4_000 });
  });
  beforeEach(() => addSink(sql, 'test'));
  afterEach(() => removeSink(sql, 'test'));
  afterAll(async () => {
    for (const client of clients) await client.end();
    await sql.close();
    await world.stop();
  });

  async function connection(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: world.config.database.url! });
    await client.connect();
    clients.push(client);
    return client;
  }

  /** What the log says of a chat. */
  async function logOf(chatId: number): Promise<Change[]> {
    const settled = new SettledLog(sql);
    let page: Change[] = [];
    await eventually(async () => {
      const upTo = await settled.look();
      page = (await logPage(sql, START, upTo, 100_000)).changes.filter((one) => one.chatId === chatId);
      const [last] = await world.sql<{ id: string }>('SELECT max(id) AS id FROM messages');
      return upTo.messageId >= Number(last!.id);
    });
    return page;
  }
  const said = (changes: readonly Change[]) => changes.map(({ kind, nr }) => `${kind} ${nr}`);

  const lastTaken = async () => {
    const [row] = await world.sql<{ ids: string }>(
      `SELECT (SELECT last_value FROM messages_id_seq) || ' ' || (SELECT last_value FROM outbox_id_seq) AS ids`,
    );
    return row!.ids;
  };

  describe('stands on a rule: ids are taken after the chat was locked', () => {
    it('a message to a direct chat that the node knows takes none while somebody else holds the lock', async () => {
      const { alice, bob, chatId } = await world.pair();
      const message = { senderId: alice.userId, receiverId: bob.userId, content: 'words' };
      for (let nr = 0; nr < 3; nr++) await alice.ok('sendMessage', message);
      const other = await connection();
      await other.query('BEGIN');
      await other.query('SELECT 1 FROM chats WHERE id = $1 FOR UPDATE', [chatId]);
      const before = await lastTaken();
      const answer = alice.ok('sendMessage', message);
      await waitingForLock(world);
      expect(await lastTaken()).toBe(before);
      await other.query('COMMIT');
      await answer;
    });

    it('by all statements that insert messages', () => {
      const inserting = [...statements.values()].filter(({ text }) => /INSERT INTO messages\b/.test(text));
      expect(inserting.map(({ name }) => name).sort()).toEqual([
        'messages.insertSystem',
        'messages.send',
        'messages.sendDirect',
        'messages.sendMentions',
        'messages.sendReplaced',
      ]);
      for (const { text } of inserting) {
        expect(text.indexOf('UPDATE chats')).toBeGreaterThan(0);
        expect(text.indexOf('UPDATE chats')).toBeLessThan(text.indexOf('INSERT INTO messages'));
      }
      const noting = [...statements.values()].filter(({ text }) => text.includes('outbox'));
      expect(noting.filter(({ text }) => /INSERT INTO outbox/.test(text))).toEqual([]);
    });

    it.each([
      ['a message', (chatId: number) => ({ command: 'sendMessage', data: { chatId, content: 'words' } })],
      [
        'a reply',
        (chatId: number, messageId: number) => ({
          command: 'sendMessage',
          data: { chatId, content: 'words', replyToId: messageId, metadata: { mentions: [] } },
        }),
      ],
      [
        'a note of the server',
        (chatId: number) => ({ command: 'updateChat', data: { chatId, title: 'other' } }),
      ],
      [
        'an edit',
        (_: number, messageId: number) => ({ command: 'editMessage', data: { messageId, content: 'o' } }),
      ],
      [
        'a reaction',
        (_: number, messageId: number) => ({ command: 'addReaction', data: { messageId, emoji: '👍' } }),
      ],
    ])('%s takes none while somebody else holds the lock', async (_, deed) => {
      const [alice, bob] = [await world.person(), await world.person()];
      const { id: chatId } = await alice.ok<{ id: number }>('createGroup', {
        title: 'a group',
        memberIds: [bob.userId],
      });
      const { id } = await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'first' });
      const other = await connection();
      await other.query('BEGIN');
      await other.query('SELECT 1 FROM chats WHERE id = $1 FOR UPDATE', [chatId]);
      const before = await lastTaken();
      const { command, data } = deed(chatId, id);
      const answer = alice.ok(command, data);
      await waitingForLock(world);
      expect(await lastTaken()).toBe(before);
      await other.query('COMMIT');
      await answer;
      expect(await lastTaken()).not.toBe(before);
    });
  });

  it('has nothing but messages while nobody reads it', async () => {
    await removeSink(sql, 'test');
    const { alice, chatId } = await world.pair();
    const { id } = await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'words' });
    await alice.ok('editMessage', { messageId: id, content: 'other words' });
    expect(await world.sql('SELECT 1 FROM outbox WHERE "chatId" = $1', [chatId])).toEqual([]);
    await addSink(sql, 'test');
  });

  it('has what happens in a direct chat in its order', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id } = await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'words' });
    await alice.ok('editMessage', { messageId: id, content: 'other words' });
    await bob.ok('addReaction', { messageId: id, emoji: '👍' });
    await alice.ok('sendMessage', { chatId, content: 'more' });
    await alice.ok('deleteMessage', { messageId: id });
    await world.http.put(`/chats/${chatId}/retention`).send({ retentionDays: 30 }).expect(200);
    await bob.ok('sendMessage', { chatId, content: 'again' });
    expect(said(await logOf(chatId))).toEqual([
      'newChat 1',
      'newMessage 1',
      'messageEdited 3',
      'reactionsChanged 4',
      'newMessage 2',
      'messageDeleted 6',
      'chatUpdated 7',
      'newMessage 3',
    ]);
    await alice.ok('deleteChat', { chatId });
    expect(said(await logOf(chatId)).at(-1)).toBe('chatDeleted 9');
  });

  it('has each event of a group with what it says', async () => {
    const [alice, bob, carol] = [await world.person(), await world.person(), await world.person()];
    const { id: chatId } = await alice.ok<{ id: number }>('createGroup', {
      title: 'g',
      memberIds: [bob.userId],
    });
    await alice.ok('addMembers', { chatId, userIds: [carol.userId] });
    await alice.ok('setRole', { chatId, userId: bob.userId, role: 'admin' });
    await alice.ok('updateChat', { chatId, title: 'h' });
    await alice.ok('silenceMember', { chatId, userId: carol.userId, until: '2999-01-01T00:00:00Z' });
    await carol.ok('leaveChat', { chatId });
    const heard = [
      await bob.next('membersAdded'),
      await bob.next('memberUpdated'),
      await bob.next('chatUpdated'),
      await bob.next('memberUpdated'),
      await bob.next('memberRemoved'),
    ];
    const noted = (await logOf(chatId)).filter(({ kind }) => kind !== 'newMessage');
    expect(noted.map(({ kind }) => kind)).toEqual([
      'newChat',
      'membersAdded',
      'memberUpdated',
      'chatUpdated',
      'memberUpdated',
      'memberRemoved',
    ]);
    expect(noted.slice(1).map(({ nr }) => nr)).toEqual(heard.map(({ version }) => version));
    const { users, ...added } = heard[0]!;
    expect(users).toHaveLength(1);
    expect(noted[1]!.details).toEqual(added);
    expect(noted[2]!.details).toEqual(heard[1]);
    expect(noted[5]!.details).toEqual(heard[4]);
  });

  it('reaches no further than what was written before a transaction that is open, however much comes after', async () => {
    const { alice, chatId } = await world.pair();
    const { chatId: otherId } = await world.pair();
    const open = await connection();
    await open.query('BEGIN');
    await open.query(`UPDATE chats SET version = version + 1, "lastSeq" = "lastSeq" + 1 WHERE id = $1`, [
      otherId,
    ]);
    const inserted = await open.query<{ id: string }>(
      `INSERT INTO messages ("chatId", seq, version, "senderId", content) VALUES ($1, 1, 2, 1, 'late') RETURNING id`,
      [otherId],
    );
    const late = Number(inserted.rows[0]!.id);
    const settled = new SettledLog(sql);
    const first = await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'words' });
    expect(first.id).toBeGreaterThan(late);
    for (let look = 0; look < 5; look++) expect((await settled.look()).messageId).toBeLessThan(late);
    await open.query('COMMIT');
    await eventually(async () => (await settled.look()).messageId >= first.id);
    const { changes } = await logPage(sql, { messageId: late - 1, outboxId: 0 }, await settled.look(), 10);
    const sent = changes.filter(({ kind }) => kind === 'newMessage');
    expect(sent.map(({ messageId }) => messageId)).toEqual([late, first.id]);
  });

  it('is held back by an open transaction that is the newest of all', async () => {
    const { chatId } = await world.pair();
    const settled = new SettledLog(sql);
    const open = await connection();
    await open.query('BEGIN');
    await open.query(`UPDATE chats SET version = version + 1, "lastSeq" = 1 WHERE id = $1`, [chatId]);
    const inserted = await open.query<{ id: string }>(
      `INSERT INTO messages ("chatId", seq, version, "senderId", content) VALUES ($1, 1, 2, 1, 'late') RETURNING id`,
      [chatId],
    );
    for (let look = 0; look < 5; look++) {
      expect((await settled.look()).messageId).toBeLessThan(Number(inserted.rows[0]!.id));
    }
    await open.query('COMMIT');
    await eventually(async () => (await settled.look()).messageId === Number(inserted.rows[0]!.id));
  });

  describe('is read for a sink by one node at a time', () => {
    const lease = async (ms: number) => {
      const at = performance.now();
      const [found] = await leaseSinks(sql, {
        node: '00000000-0000-4000-8000-000000000001',
        ms,
        most: 5,
        works: ['test'],
      });
      return found && new Sink(sql, found, ms, at);
    };

    it('until its lease is over: the one whose it was moves nothing any more', async () => {
      const first = (await lease(500))!;
      expect(await lease(100)).toBeUndefined();
      await pause(550);
      expect(first.isHeld).toBe(false);
      const second = (await lease(5_000))!;
      first.doneUpTo({ messageId: 999_999, outboxId: 0 });
      await first.keep(0);
      const [row] = await world.sql<{ messageId: string }>('SELECT "messageId" FROM sinks');
      expect(Number(row!.messageId)).toBeLessThan(999_999);
      expect(second.isHeld).toBe(true);
      await second.release();
    });

    it('or at once when the other lets go, from where that one was', async () => {
      const first = (await lease(60_000))!;
      first.doneUpTo({ messageId: 5, outboxId: 3 });
      await first.release();
      // Whatever the clock does: those of two sessions may be apart.
      expect(await world.sql('SELECT "leasedUntil" FROM sinks')).toEqual([{ leasedUntil: null }]);
      const [next] = await leaseSinks(sql, {
        node: '00000000-0000-4000-8000-000000000002',
        ms: 50,
        most: 5,
        works: ['test'],
      });
      expect(next).toMatchObject({ name: 'test', messageId: 5, outboxId: 3 });
    });

    it('and not any more by one under whose hands it was moved', async () => {
      const first = (await lease(60_000))!;
      await moveSinkToNow(sql, 'test');
      first.doneUpTo({ messageId: 5, outboxId: 3 });
      await first.keep(0);
      expect(first.isHeld).toBe(false);
    });
  });

  it('is removed once all have read it, and when it is too old, past which those go who have not', async () => {
    const { chatId } = await world.pair();
    expect(await removeRead(sql, 10_000)).toBeGreaterThanOrEqual(0);
    const rows = () => world.sql('SELECT 1 FROM outbox WHERE "chatId" = $1', [chatId]);
    expect(await rows()).toHaveLength(1);
    expect(await removeOld(sql, { days: 7, most: 100 })).toEqual([]);
    await world.sql(`UPDATE outbox SET at = now() - interval '8 days' WHERE "chatId" = $1`, [chatId]);
    expect(await removeOld(sql, { days: 7, most: 100 })).toEqual(['test']);
    expect(await rows()).toEqual([]);
    const [sink] = await world.sql<{ skipped: boolean }>(
      'SELECT "skippedAt" IS NOT NULL AS skipped FROM sinks',
    );
    expect(sink).toEqual({ skipped: true });
  });
});
