import type {
  MessageView,
  StreamDeltaView,
  StreamPositionView,
  StreamView,
} from '../../src/contract/index.js';
import { groupOf } from '../support/groups.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { type Client, eventually, World } from '../support/world.js';

type Stream = Pick<MessageView, 'id' | 'chatId' | 'metadata' | 'content' | 'editedAt'>;

const begin = (client: Client, chatId: number, more: object = {}) =>
  client.ok<MessageView>('streamMessage', { chatId, ...more });
const write = (client: Client, messageId: number, offset: number, text: string) =>
  client.ok<StreamPositionView>('sendDelta', { messageId, offset, text });
const conflictOf = async (client: Client, messageId: number, offset: number, text = 'x') => {
  const answer = await client.ask('sendDelta', { messageId, offset, text });
  expect(answer).toMatchObject({ ok: false, error: { code: 'CONFLICT' } });
  return (answer as unknown as { error: { details: object } }).error.details;
};
/** What a reader puts together of the first words and what was pushed. */
const pushed = (client: Client, first: string): string =>
  (client.unread('streamDelta') as StreamDeltaView[]).reduce(
    (text, delta) => text.slice(0, delta.offset) + delta.text,
    first,
  );
const soFar = (client: Client, messageId: number) => client.ok<StreamView>('getStream', { messageId });

describe('A streamed message', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const expire = (messageId: number) =>
    world.sql(`UPDATE message_streams SET "endsAt" = now() - interval '1 s' WHERE "messageId" = $1`, [
      messageId,
    ]);
  const unfinished = async ({ userId }: Client) =>
    (await world.sql('SELECT 1 FROM message_streams WHERE "userId" = $1', [userId])).length;

  it('is there at once, grows for who reads it, and is one change at the end', async () => {
    const { alice, bob, chatId } = await world.pair();
    const message = await begin(alice, chatId, { content: 'Well', metadata: { model: 'm' } });
    expect(message).toMatchObject({ seq: 1, content: 'Well', metadata: { model: 'm', streaming: true } });
    expect(await bob.next('newMessage')).toEqual(message);
    const { version } = await bob.ok<{ version: number }>('getChat', { chatId });
    const words = [', ', 'yes', ' and', ' no', '.'];
    let offset = 4;
    const answers = words.map((word) => {
      const answer = write(alice, message.id, offset, word);
      offset += word.length;
      return answer;
    });
    expect((await Promise.all(answers)).at(-1)).toEqual({ chatId, messageId: message.id, offset });
    await bob.settled();
    expect(pushed(bob, message.content)).toBe('Well, yes and no.');
    expect(await soFar(bob, message.id)).toEqual({
      chatId,
      messageId: message.id,
      text: 'Well, yes and no.',
      growing: true,
    });
    const done = await alice.ok<MessageView>('finishStream', {
      messageId: message.id,
      metadata: { tokens: 5 },
    });
    expect(done).toMatchObject({
      content: 'Well, yes and no.',
      metadata: { model: 'm', tokens: 5 },
      editedAt: null,
      version: version + 1,
    });
    expect(await bob.next('messageEdited')).toEqual(done);
    expect(await alice.ok('finishStream', { messageId: message.id })).toMatchObject({ changed: false });
    expect(
      await world.http.get(`/messages/${message.id}/edits`).set('X-User-Id', `${bob.userId}`),
    ).toMatchObject({
      body: [],
    });
    expect(await soFar(bob, message.id)).toMatchObject({ text: 'Well, yes and no.', growing: false });
    expect(await bob.ok('sync', { versions: { [chatId]: version } })).toMatchObject({
      chats: [{ messages: [{ content: 'Well, yes and no.' }], upTo: version + 1 }],
    });
    expect(await unfinished(alice)).toBe(0);
  });

  it('is pushed in few pieces that follow each other, not to the socket that writes', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id } = await begin(alice, chatId);
    const tablet = await world.person(alice.userId);
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    await Promise.all(letters.map((letter, offset) => write(alice, id, offset, letter)));
    for (const reader of [bob, tablet]) {
      await reader.settled();
      const pieces = reader.unread('streamDelta') as StreamDeltaView[];
      expect(pieces.map(({ text }) => text).join('')).toBe(letters.join(''));
      expect(pieces.length).toBeLessThan(letters.length);
      let end = 0;
      for (const { offset, text } of pieces) {
        expect(offset).toBe(end);
        end += text.length;
      }
    }
    expect(alice.unread('streamDelta')).toEqual([]);
  });

  it('says where a delta has to begin: after a gap, and where something else is; a repeat is fine', async () => {
    const { alice, chatId } = await world.pair();
    const { id } = await begin(alice, chatId, { content: 'abc' });
    expect(await conflictOf(alice, id, 5)).toEqual({ offset: 3 });
    expect(await conflictOf(alice, id, 0, 'xyz')).toEqual({ offset: 3 });
    expect(await write(alice, id, 0, 'abc')).toMatchObject({ offset: 3 });
    expect(await write(alice, id, 1, 'bcde')).toMatchObject({ offset: 5 });
    expect(await write(alice, id, 5, '')).toMatchObject({ offset: 5 });
    expect(await soFar(alice, id)).toMatchObject({ text: 'abcde' });
  });

  it('begun again with its key is the same, and goes on where it was', async () => {
    const { alice, chatId } = await world.pair();
    const input = { content: 'a', clientId: 'answer-1' };
    const message = await begin(alice, chatId, input);
    await write(alice, message.id, 1, 'b');
    const other = await world.person(alice.userId);
    expect(await begin(other, chatId, input)).toMatchObject({ id: message.id });
    expect(await conflictOf(other, message.id, 1, 'c')).toEqual({ offset: 2 });
    // Two writers of one person: the one that comes second is told.
    await write(other, message.id, 2, 'c');
    expect(await conflictOf(alice, message.id, 2, 'd')).toEqual({ offset: 3 });
    expect(await alice.refused('streamMessage', { chatId, content: 'other', clientId: 'answer-1' })).toBe(
      'IDEMPOTENCY_MISMATCH',
    );
    await alice.ok('finishStream', { messageId: message.id });
    expect(await begin(alice, chatId, input)).toMatchObject({ id: message.id, content: 'abc' });
    expect(await unfinished(alice)).toBe(0);
  });

  it('is stopped by the reader, who has what was written, and the writer is told', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id } = await begin(alice, chatId, { content: 'on and' });
    const stopped = await bob.ok<Stream>('stopStream', { messageId: id });
    expect(stopped).toMatchObject({ content: 'on and', metadata: { streaming: 'stopped' } });
    expect(await alice.next('messageEdited')).toEqual(stopped);
    expect(await alice.next('streamEnded')).toEqual({
      chatId,
      messageId: id,
      userId: bob.userId,
      reason: 'stopped',
    });
    expect(await conflictOf(alice, id, 6)).toEqual({ streaming: 'stopped' });
    expect(await bob.ok('stopStream', { messageId: id })).toMatchObject({ changed: false });
  });

  it('is stopped in a group by who asked and by admins, not by other members', async () => {
    const { chatId, owner, members } = await groupOf(world, 2);
    const [bob, carol] = members as [Client, Client];
    const question = await bob.ok<MessageView>('sendMessage', { chatId, content: 'why?' });
    const [one, two] = [
      await begin(owner, chatId, { content: 'because', replyToId: question.id }),
      await begin(carol, chatId, { content: 'well' }),
    ];
    expect(await carol.refused('stopStream', { messageId: one.id })).toBe('FORBIDDEN');
    await bob.ok('stopStream', { messageId: one.id });
    expect(await bob.refused('stopStream', { messageId: two.id })).toBe('FORBIDDEN');
    await owner.ok('stopStream', { messageId: two.id });
  });

  it('ends as it stands when its writer is gone: of a closed connection in ten seconds', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id } = await begin(alice, chatId, { content: 'half' });
    await write(alice, id, 4, ' a word');
    alice.close();
    const endsIn = async () => {
      const [row] = await world.sql<{ s: number }>(
        `SELECT extract(epoch FROM "endsAt" - now())::float AS s FROM message_streams WHERE "messageId" = $1`,
        [id],
      );
      return row!.s;
    };
    await eventually(async () => (await endsIn()) < 10);
    await expire(id);
    expect(await bob.next('messageEdited')).toMatchObject({
      id,
      content: 'half a word',
      metadata: { streaming: 'interrupted' },
    });
  });

  it('whose node died between sending and the first delta ends, too', async () => {
    const { alice, bob, chatId } = await world.pair();
    const message = { chatId, content: 'hm', clientId: 'k' };
    const { id } = await alice.ok<MessageView>('sendMessage', message);
    await world.sql(`UPDATE messages SET metadata = '{"streaming": true}' WHERE id = $1`, [id]);
    await world.sql(
      `INSERT INTO message_streams ("userId", key, "endsAt") VALUES ($1, 'k', now()), ($1, 'never sent', now())`,
      [alice.userId],
    );
    expect(await bob.next('messageEdited')).toMatchObject({ id, metadata: { streaming: 'interrupted' } });
    await eventually(async () => (await unfinished(alice)) === 0);
  });

  it('that is deleted meanwhile is gone, and nothing of it stays', async () => {
    const { alice, chatId } = await world.pair();
    const { id } = await begin(alice, chatId, { content: 'secret' });
    await write(alice, id, 6, ' words');
    await alice.ok('deleteMessage', { messageId: id });
    expect(await alice.refused('sendDelta', { messageId: id, offset: 12, text: 'x' })).toBe('NOT_FOUND');
    expect(await alice.refused('finishStream', { messageId: id })).toBe('NOT_FOUND');
    expect(await world.sql('SELECT 1 FROM message_stream_parts WHERE "messageId" = $1', [id])).toEqual([]);
  });

  it('takes nothing any more of who may not write there', async () => {
    const { chatId, owner, members } = await groupOf(world, 1);
    const bob = members[0]!;
    const { id } = await begin(bob, chatId, { content: 'a' });
    await owner.ok('removeMember', { chatId, userId: bob.userId });
    expect(await bob.refused('sendDelta', { messageId: id, offset: 1, text: 'b' })).toBe('NOT_FOUND');
    expect(await owner.refused('sendDelta', { messageId: id, offset: 1, text: 'b' })).toBe('FORBIDDEN');
  });

  it('is as long as a message, says something, and is one of ten', async () => {
    const { alice, chatId } = await world.pair();
    const { id } = await begin(alice, chatId, { content: 'x'.repeat(9_999) });
    expect(await alice.refused('sendDelta', { messageId: id, offset: 9_999, text: 'ab' })).toBe(
      'VALIDATION_FAILED',
    );
    await write(alice, id, 9_999, 'a');
    const empty = await begin(alice, chatId);
    expect(await alice.refused('finishStream', { messageId: empty.id })).toBe('VALIDATION_FAILED');
    const finish = { messageId: empty.id, metadata: { mentions: [1] } };
    expect(await alice.refused('finishStream', finish)).toBe('VALIDATION_FAILED');
    // In open mode everybody may be the application.
    await world.sql(
      `INSERT INTO message_streams ("userId", key, "endsAt")
       SELECT $1, 'n' || n, now() + interval '1 m' FROM generate_series(1, 998) n`,
      [alice.userId],
    );
    expect(await alice.refused('streamMessage', { chatId })).toBe('CONFLICT');
    await world.sql(`DELETE FROM message_streams WHERE "userId" = $1 AND "messageId" IS NULL`, [
      alice.userId,
    ]);
  });

  it('is not told to members of a group who may not see it', async () => {
    const { chatId, owner } = await groupOf(world, 1, { historyVisible: 'fromJoin' });
    const { id } = await begin(owner, chatId, { content: 'before' });
    const late = await world.person();
    await owner.ok('addMembers', { chatId, userIds: [late.userId] });
    await write(owner, id, 6, ' you came');
    await late.settled();
    expect(late.unread('streamDelta')).toEqual([]);
    expect(await late.refused('getStream', { messageId: id })).toBe('NOT_FOUND');
  });
});

describeWithRedis('A streamed message, with two nodes,', () => {
  it('is written at both, read at both, and ended by one when the other has stopped', async () => {
    const redis = await Redis.start();
    const one = await World.start({ REDIS_URL: redis.url });
    const other = await World.start({ REDIS_URL: redis.url, DATABASE_URL: one.config.database.url! });
    const [alice, bob] = [await one.person(), await other.person()];
    const { id: chatId } = await alice.ok<{ id: number }>('createChat', {
      user1Id: alice.userId,
      user2Id: bob.userId,
    });
    const { id } = await begin(alice, chatId, { content: 'a' });
    await write(alice, id, 1, 'b');
    expect(await bob.next('streamDelta')).toEqual({ chatId, messageId: id, offset: 1, text: 'b' });
    await other.http
      .post(`/messages/${id}/stream`)
      .set('X-User-Id', String(alice.userId))
      .send({ offset: 2, text: 'c' })
      .expect(200);
    expect(await soFar(bob, id)).toMatchObject({ text: 'abc', growing: true });
    expect(await write(alice, id, 3, 'd')).toMatchObject({ offset: 4 });
    await one.app.stop();
    await one.sql(`UPDATE message_streams SET "endsAt" = now()`);
    expect(await bob.next('messageEdited')).toMatchObject({ content: 'abcd' });
    await other.stop();
    redis.close();
  });
});
