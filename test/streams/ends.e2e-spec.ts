import type { MessageView, ReportView, StreamPositionView, StreamView } from '../../src/contract/index.js';
import { erased } from '../support/erasures.js';
import { Installation, serving } from '../support/process.js';
import { type Client, eventually, World } from '../support/world.js';

const begin = (client: Client, chatId: number, more: object = {}) =>
  client.ok<MessageView>('streamMessage', { chatId, ...more });
const write = (client: Client, messageId: number, offset: number, text: string) =>
  client.ok<StreamPositionView>('sendDelta', { messageId, offset, text });

describe('A stream ends', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const expire = (messageIds: readonly number[]) =>
    world.sql(`UPDATE message_streams SET "endsAt" = now() - interval '1 s' WHERE "messageId" = ANY($1)`, [
      messageIds,
    ]);
  const endsAt = async (messageId: number) => {
    const [row] = await world.sql<{ at: string; s: number }>(
      `SELECT "endsAt"::text AS at, extract(epoch FROM "endsAt" - clock_timestamp())::float AS s
       FROM message_streams WHERE "messageId" = $1`,
      [messageId],
    );
    return row!;
  };

  it('whatever fits into its metadata when it begins', async () => {
    const { alice, bob, chatId } = await world.pair();
    const room = 16_384 - JSON.stringify({ text: '', streaming: 'interrupted' }).length;
    const tooMuch = { chatId, metadata: { text: 'x'.repeat(room + 1) } };
    expect(await alice.refused('streamMessage', tooMuch)).toBe('VALIDATION_FAILED');
    expect(await world.sql('SELECT 1 FROM message_streams WHERE "userId" = $1', [alice.userId])).toEqual([]);
    const { id: messageId } = await begin(alice, chatId, { metadata: { text: 'x'.repeat(room) } });
    expect(await alice.refused('finishStream', { messageId, metadata: { more: 'y'.repeat(50) } })).toBe(
      'VALIDATION_FAILED',
    );
    expect(await bob.ok('stopStream', { messageId })).toMatchObject({ metadata: { streaming: 'stopped' } });
  });

  it('as the server says: its writer cannot set `streaming`', async () => {
    const { alice, chatId } = await world.pair();
    const { id: messageId } = await begin(alice, chatId, {
      content: 'a',
      metadata: { streaming: 'stopped' },
    });
    for (const streaming of [true, 'stopped', null])
      expect(await alice.refused('finishStream', { messageId, metadata: { streaming } })).toBe(
        'VALIDATION_FAILED',
      );
    expect(await alice.ok('finishStream', { messageId })).toMatchObject({ metadata: null });
  });

  it('as the server says: nobody makes another message look as if it grew, or had been stopped', async () => {
    const { alice, bob, chatId } = await world.pair();
    const metadata = { streaming: true, topic: 'x' };
    const message = await alice.ok<MessageView>('sendMessage', { chatId, content: 'hm', metadata });
    expect(message.metadata).toEqual({ topic: 'x' });
    expect(await alice.refused('sendMessage', { chatId, content: '', metadata: { streaming: true } })).toBe(
      'VALIDATION_FAILED',
    );
    const edit = { messageId: message.id, metadata: { streaming: 'stopped', topic: 'y' } };
    expect(await alice.ok('editMessage', edit)).toMatchObject({ metadata: { topic: 'y' } });
    const system = await world.http
      .post(`/chats/${chatId}/system-messages`)
      .send({ content: 'hello', metadata: { streaming: true } })
      .expect(201);
    expect((system.body as MessageView).metadata ?? {}).toEqual({});
    // And nobody hides that one was stopped; as it was told it can be sent back.
    const { id: messageId } = await begin(alice, chatId, { content: 'half', metadata: { topic: 'z' } });
    const stopped = await bob.ok<MessageView>('stopStream', { messageId });
    const { metadata: told } = stopped;
    expect(await alice.ok('editMessage', { messageId, content: 'whole', metadata: told! })).toMatchObject({
      content: 'whole',
      metadata: { topic: 'z', streaming: 'stopped' },
    });
    expect(await alice.ok('editMessage', { messageId, metadata: {} })).toMatchObject({
      metadata: { streaming: 'stopped' },
    });
  });

  it('although others, whose turn came before, cannot be ended', async () => {
    const { alice, bob, chatId } = await world.pair();
    const broken = [];
    for (let nth = 0; nth < 55; nth++) {
      const metadata = { broken: true };
      broken.push(await alice.ok<MessageView>('sendMessage', { chatId, content: 'a', metadata }));
    }
    await world.sql(
      `UPDATE messages SET metadata = metadata || '{"streaming": true}' WHERE "chatId" = $1 AND metadata ? 'broken'`,
      [chatId],
    );
    await world.sql(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$;
      CREATE TRIGGER refuse BEFORE UPDATE ON messages FOR EACH ROW
      WHEN (OLD.metadata ? 'broken') EXECUTE FUNCTION refuse()`);
    await world.sql(
      `INSERT INTO message_streams ("userId", key, "messageId", "chatId", "endsAt")
       SELECT $1, 'b' || id, id, $2, now() - interval '1 h' FROM unnest($3::bigint[]) AS x(id)`,
      [alice.userId, chatId, broken.map(({ id }) => id)],
    );
    const { id } = await bob.ok<MessageView>('streamMessage', { chatId, content: 'half' });
    await expire([id]);
    await eventually(async () => !(await bob.ok<StreamView>('getStream', { messageId: id })).growing);
    expect((await endsAt(broken[0]!.id)).s).toBeGreaterThan(10);
    await world.sql('DROP TRIGGER refuse ON messages');
    await world.sql('DELETE FROM message_streams WHERE "userId" = $1', [alice.userId]);
  });

  it('a minute after the last delta, which is written only when it moves by seconds', async () => {
    const { alice, chatId } = await world.pair();
    const { id } = await begin(alice, chatId);
    await write(alice, id, 0, 'a');
    const { at, s } = await endsAt(id);
    expect(s).toBeGreaterThan(60);
    expect(s).toBeLessThan(66);
    await write(alice, id, 1, 'b');
    expect((await endsAt(id)).at).toBe(at);
    await world.sql(`UPDATE message_streams SET "endsAt" = now() + interval '20 s' WHERE "messageId" = $1`, [
      id,
    ]);
    await write(alice, id, 2, 'c');
    expect((await endsAt(id)).s).toBeGreaterThan(60);
  });

  const connections = async () => {
    const { text } = await world.http.get('/metrics').expect(200);
    return Number(/^chat_connections (\d+)$/m.exec(text)![1]);
  };

  it('soon after the socket of its writer has closed, also with a delta that was on its way', async () => {
    const { alice, chatId } = await world.pair();
    const { id } = await begin(alice, chatId);
    const tablet = await world.person(alice.userId);
    await write(tablet, id, 0, 'a');
    // It is gathered with what comes within the next tenth of a second: meanwhile the socket closes.
    tablet.emit('sendDelta', { messageId: id, offset: 1, text: 'b' });
    tablet.close();
    await eventually(async () => (await alice.ok<StreamView>('getStream', { messageId: id })).text === 'ab');
    await eventually(async () => (await endsAt(id)).s < 11);
  });

  it('not because somebody has left who only tried to write it', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id } = await begin(alice, chatId);
    expect(await bob.refused('sendDelta', { messageId: id, offset: 0, text: 'x' })).toBe('FORBIDDEN');
    const before = await connections();
    bob.close();
    await eventually(async () => (await connections()) < before);
    expect((await endsAt(id)).s).toBeGreaterThan(50);
  });

  it('when its writer is erased and what they wrote is kept: with all of it', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id } = await begin(alice, chatId, { content: 'half' });
    await write(alice, id, 4, ' a word');
    await erased(world, alice.userId, 'keep');
    expect(await bob.ok('getMessage', { messageId: id })).toMatchObject({
      content: 'half a word',
      metadata: { streaming: 'interrupted' },
    });
    expect(await world.sql('SELECT 1 FROM message_streams WHERE "userId" = $1', [alice.userId])).toEqual([]);
  });

  it('with its message, and what was read of it can be reported, as while it grows', async () => {
    const { alice, bob, chatId } = await world.pair();
    const stream = async () => {
      const { id } = await begin(alice, chatId, { content: 'You' });
      await write(alice, id, 3, ' fool');
      return id;
    };
    const [growing, deleted] = [await stream(), await stream()];
    await bob.ok('reportMessage', { messageId: growing });
    await alice.ok('deleteMessage', { messageId: deleted });
    await bob.ok('reportMessage', { messageId: deleted });
    const { body } = await world.http.get('/reports?limit=100').expect(200);
    const reports = (body as ReportView[]).filter(({ chatId: of }) => of === chatId);
    expect(reports.map(({ message }) => message?.content)).toEqual(['You fool', 'You fool']);
  });
});

describe('A stream whose node is killed in the middle', () => {
  let world: World;
  let installed: Installation;
  beforeAll(async () => {
    [world, installed] = await Promise.all([World.start(), Installation.make()]);
  });
  afterAll(async () => {
    await installed.remove();
    await world.stop();
  });

  it('is ended as it stands by another node, once, and its readers hear it', async () => {
    const node = installed.start({ DATABASE_URL: String(world.config.database.url), AUTH: 'open' });
    const { rest } = await serving(node);
    const { alice, bob, chatId } = await world.pair();
    const call = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json', 'x-user-id': String(alice.userId) };
      const answer = await fetch(rest + path, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as { id: number; offset: number } };
    };
    const { id } = (await call(`/chats/${chatId}/messages/stream`, { content: 'What ' })).body;
    let answered = 'What ';
    for (const text of ['was ', 'answered ', 'is stored.']) {
      const { status, body } = await call(`/messages/${id}/stream`, { offset: answered.length, text });
      expect(status).toBe(200);
      answered += text;
      expect(body.offset).toBe(answered.length);
    }
    // One more is on its way.
    const last = call(`/messages/${id}/stream`, { offset: answered.length, text: ' Or not.' }).catch(
      () => null,
    );
    node.kill('SIGKILL');
    await node.exited;
    await last;
    const { text, growing } = await bob.ok<StreamView>('getStream', { messageId: id });
    expect([answered, `${answered} Or not.`]).toContain(text);
    expect(growing).toBe(true);
    const version = async () =>
      (await world.sql<{ version: string }>('SELECT version FROM chats WHERE id = $1', [chatId]))[0]!.version;
    const before = Number(await version());
    // A minute later.
    await world.sql(`UPDATE message_streams SET "endsAt" = now() - interval '1 s' WHERE "messageId" = $1`, [
      id,
    ]);
    const ended = { id, content: text, metadata: { streaming: 'interrupted' }, editedAt: null };
    expect(await bob.next('messageEdited')).toMatchObject(ended);
    const { messages } = await bob.ok<{ messages: MessageView[] }>('getMessages', { chatId });
    expect(messages).toMatchObject([ended]);
    expect(Number(await version())).toBe(before + 1);
    expect(await world.sql('SELECT 1 FROM message_streams')).toEqual([]);
    expect(await world.sql('SELECT 1 FROM message_stream_parts')).toEqual([]);
  });

  it('ends with all others of that node, however many they are', async () => {
    const { alice, chatId } = await world.pair();
    const ids: number[] = [];
    for (let nr = 0; nr < 130; nr++)
      ids.push((await alice.ok<MessageView>('sendMessage', { chatId, content: 'half' })).id);
    await world.sql(`UPDATE messages SET metadata = '{"streaming": true}' WHERE id = ANY($1)`, [ids]);
    await world.sql(
      `INSERT INTO message_streams ("userId", key, "messageId", "chatId", "endsAt")
       SELECT $1, 's' || id, id, $2, now() - interval '1 s' FROM unnest($3::bigint[]) AS x(id)`,
      [alice.userId, chatId, ids],
    );
    const left = async () => (await world.sql('SELECT 1 FROM message_streams')).length;
    await eventually(async () => (await left()) === 0);
    const [{ n }] = (await world.sql<{ n: string }>(
      `SELECT count(*) AS n FROM messages WHERE "chatId" = $1 AND metadata @> '{"streaming": "interrupted"}'`,
      [chatId],
    )) as [{ n: string }];
    expect(Number(n)).toBe(130);
  });
});
