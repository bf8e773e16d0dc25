import type { TypingView } from '../../src/contract/index.js';
import type { Publisher } from '../../src/delivery/publisher.js';
import { REPEAT_AFTER_MS } from '../../src/typing/typists.js';
import { Database } from '../../src/database/database.js';
import { publisherOf } from '../support/publisher.js';
import { type Client, World } from '../support/world.js';

describe('Typing', () => {
  let world: World;
  let publisher: Publisher;
  beforeAll(async () => {
    world = await World.start();
    publisher = await publisherOf(world);
  });
  afterAll(() => world.stop());

  /** A group, and its members online. */
  const group = async (count: number): Promise<{ chatId: number; members: Client[] }> => {
    const userIds = Array.from({ length: count }, () => world.newId());
    await world.sql('INSERT INTO users (id) SELECT unnest($1::bigint[])', [userIds]);
    const [made] = await world.sql<{ id: number }>(
      `WITH made AS (INSERT INTO chats (type, title) VALUES ('group', 'a group') RETURNING id)
       INSERT INTO chat_members ("chatId", "userId")
       SELECT made.id, u.id FROM made, unnest($1::bigint[]) AS u(id) RETURNING "chatId"::int AS id`,
      [userIds],
    );
    return { chatId: made!.id, members: await Promise.all(userIds.map((userId) => world.person(userId))) };
  };
  /** How often somebody who types all the while may be told of at most: at once, and once in each REPEAT_AFTER_MS. */
  const mostTold = async (work: Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await work;
    return 1 + Math.ceil((performance.now() - began) / REPEAT_AFTER_MS);
  };
  const heard = async (client: Client): Promise<boolean[]> => {
    await client.settled();
    return client.unread('userTyping').map((one) => (one as TypingView).typing);
  };
  const start = (client: Client, chatId: number) => client.ok<TypingView>('typing', { chatId, typing: true });
  const stop = (client: Client, chatId: number) => client.ok<TypingView>('typing', { chatId, typing: false });

  it('is sent to the other user of a direct chat, on every device, and not to one’s own devices', async () => {
    const { alice, bob, chatId } = await world.pair();
    const [phone, tablet] = [await world.person(bob.userId), await world.person(alice.userId)];
    const view = await start(alice, chatId);
    expect(view).toEqual({ chatId, userId: alice.userId, typing: true, expiresInMs: expect.any(Number) });
    expect(view.expiresInMs).toBeGreaterThan(0);
    for (const client of [bob, phone]) expect(await client.next('userTyping')).toEqual(view);
    expect(await stop(alice, chatId)).toEqual({ ...view, typing: false, expiresInMs: 0 });
    for (const client of [bob, phone]) {
      expect(await client.next('userTyping')).toEqual({ ...view, typing: false, expiresInMs: 0 });
    }
    for (const client of [alice, tablet]) expect(await heard(client)).toEqual([]);
  });

  it('is not sent, in a group, to users whom the one who types blocks', async () => {
    const { chatId, members } = await group(3);
    const [alice, bob, carol] = members as [Client, Client, Client];
    await alice.ok('blockUser', { userId: bob.userId });
    await start(alice, chatId);
    expect(await carol.next('userTyping')).toMatchObject({ userId: alice.userId, typing: true });
    expect(await heard(bob)).toEqual([]);
    await start(bob, chatId);
    expect(await alice.next('userTyping')).toMatchObject({ userId: bob.userId, typing: true });
  });

  it('is sent to the members of a group who are online', async () => {
    const { chatId, members } = await group(4);
    const [alice, bob, carol, dora] = members as [Client, Client, Client, Client];
    const [tablet, stranger] = [await world.person(alice.userId), await world.person()];
    await dora.ok('userOffline');
    await start(alice, chatId);
    for (const client of [bob, carol])
      expect(await client.next('userTyping')).toMatchObject({ typing: true });
    for (const client of [alice, tablet, stranger, dora]) expect(await heard(client)).toEqual([]);
  });

  it('ends when the message arrives, and is sent again when they go on typing', async () => {
    const { alice, bob, chatId } = await world.pair();
    await start(alice, chatId);
    await alice.ok('sendMessage', { chatId, content: 'done' });
    await start(alice, chatId);
    expect(await heard(bob)).toEqual([true, false, true]);
    await alice.ok('sendMessage', { receiverId: bob.userId, content: 'done again' });
    expect(await heard(bob)).toEqual([true, false, true, false]);
    await bob.ok('sendMessage', { chatId, content: 'a message of who does not type ends nothing' });
    expect(await heard(bob)).toHaveLength(4);
  });

  it('ends by itself', async () => {
    const { alice, bob, chatId } = await world.pair();
    await start(alice, chatId);
    expect(await bob.next('userTyping')).toMatchObject({ typing: true });
    expect(await bob.next('userTyping')).toMatchObject({ userId: alice.userId, typing: false });
  });

  it.each<[string, (alice: Client) => unknown]>([
    ['a connection that closes', (alice) => alice.close()],
    ['userOffline', (alice) => alice.ok('userOffline')],
    ['somebody else at the socket', (alice) => alice.ok('userOnline', world.newId())],
  ])('ends with %s', async (_, end) => {
    const { alice, bob, chatId } = await world.pair();
    await start(alice, chatId);
    await end(alice);
    expect(await bob.next('userTyping')).toMatchObject({ typing: true });
    expect(await bob.next('userTyping')).toMatchObject({ userId: alice.userId, typing: false });
  });

  it('ends when its typist is removed from the group', async () => {
    const { chatId, members } = await group(2);
    const [alice, bob] = members as [Client, Client];
    await start(alice, chatId);
    const where = '"chatId" = $1 AND "userId" = $2';
    await world.sql(`DELETE FROM chat_members WHERE ${where}`, [chatId, alice.userId]);
    // What removing a member calls.
    publisher.leaveChat(chatId, [alice.userId]);
    expect(await bob.next('userTyping')).toMatchObject({ typing: true });
    expect(await bob.next('userTyping')).toMatchObject({ typing: false });
    expect(await alice.refused('typing', { chatId, typing: true })).toBe('NOT_FOUND');
  });

  it('sent a thousand times at once becomes one event, and one query', async () => {
    const { alice, bob, chatId } = await world.pair();
    const rows = jest.spyOn(Database.prototype, 'run');
    const most = await mostTold(Promise.all(Array.from({ length: 1_000 }, () => start(alice, chatId))));
    const asked = rows.mock.calls.filter(([{ name }]) => name === 'chats.membershipOf').length;
    rows.mockRestore();
    expect((await heard(bob)).length).toBeLessThanOrEqual(most);
    expect(asked).toBeLessThanOrEqual(most);
  });

  it('begun and ended a thousand times becomes just as few events', async () => {
    const { alice, bob, chatId } = await world.pair();
    await start(alice, chatId);
    const answers = Array.from({ length: 500 }, () => [stop(alice, chatId), start(alice, chatId)]).flat();
    const most = await mostTold(Promise.all(answers));
    // Each time as typing, and as having stopped.
    expect((await heard(bob)).length).toBeLessThanOrEqual(2 * most);
  });

  it('in a large group is sent for twenty users at a time', async () => {
    const { chatId, members } = await group(26);
    const [reader, ...writers] = members as [Client, ...Client[]];
    await Promise.all(writers.map((writer) => start(writer, chatId)));
    expect(await heard(reader)).toHaveLength(20);
  });

  it('begun and ended all the time by somebody who is not announced costs as few queries', async () => {
    const { chatId, members } = await group(22);
    const [, last, ...writers] = members as [Client, Client, ...Client[]];
    await Promise.all(writers.map((writer) => start(writer, chatId)));
    const rows = jest.spyOn(Database.prototype, 'run');
    const answers = Array.from({ length: 200 }, () => [stop(last, chatId), start(last, chatId)]).flat();
    const most = await mostTold(Promise.all(answers));
    const asked = rows.mock.calls.filter(([{ name }]) => name === 'chats.membershipOf').length;
    rows.mockRestore();
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(most);
  });

  it('of a stranger is answered as in a chat that does not exist', async () => {
    const { bob, chatId } = await world.pair();
    const mallory = await world.person();
    for (const typing of [true, false]) {
      const there = await mallory.ask('typing', { chatId, typing });
      expect(there).toEqual(await mallory.ask('typing', { chatId: 987_654_321, typing }));
      expect(there).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    }
    expect(await heard(bob)).toEqual([]);
  });

  it('of somebody invisible is sent to nobody', async () => {
    const { alice, bob, chatId } = await world.pair();
    await start(alice, chatId);
    await bob.next('userTyping');
    await stop(alice, chatId);
    await bob.next('userTyping');
    await alice.ok('sendMessage', { chatId, content: 'so that the next is asked anew' });
    await alice.ok('setVisibility', { visible: false });
    expect(await start(alice, chatId)).toMatchObject({ typing: true });
    await stop(alice, chatId);
    expect(await heard(bob)).toEqual([]);
  });

  it('is not stored', async () => {
    const { alice, bob, chatId } = await world.pair();
    const before = await bob.ok('getChat', { chatId });
    await start(alice, chatId);
    expect(await bob.ok('getChat', { chatId })).toEqual(before);
  });

  it('needs a user, and `typing` as true or false', async () => {
    const { alice, chatId } = await world.pair();
    expect(await (await world.stranger()).refused('typing', { chatId, typing: true })).toBe(
      'UNAUTHENTICATED',
    );
    expect(await alice.refused('typing', { chatId })).toBe('VALIDATION_FAILED');
    expect(await alice.refused('typing', { chatId, typing: 'yes' })).toBe('VALIDATION_FAILED');
  });
});
