import type { UserView } from '../../src/contract/index.js';
import { erased } from '../support/erasures.js';
import { type Received, Receiver, SENDS_WEBHOOKS, withoutRepeats } from '../support/receiver.js';
import { type Client, eventually, World } from '../support/world.js';

const named = ({ chat, users }: Received['body']) => ({
  chat: chat?.externalId,
  users: users.map(({ externalId }) => externalId).sort(),
});

describe('Events of webhooks name chats and people by the ids of the application', () => {
  let world: World;
  let receiver: Receiver;
  beforeAll(async () => {
    world = await World.start(SENDS_WEBHOOKS);
    receiver = await Receiver.start();
    await post('/webhooks', { url: receiver.url, events: ['*'] }, 201);
  });
  afterAll(async () => {
    await receiver.stop();
    await world.stop();
  });

  const post = async (path: string, body: object, status: number) =>
    (await world.http.post(path).send(body).expect(status)).body as { id: number };

  /** The latest event of each type, of a chat of which so many are told. */
  async function latest(chatId: number, count: number): Promise<Record<string, Received['body']>> {
    const received = withoutRepeats(await receiver.until(chatId, count));
    return Object.fromEntries(received.map(({ body }) => [body.type, body]));
  }

  /** People with these externalIds, of whom the first two are online. */
  async function people(...externalIds: string[]): Promise<[ann: Client, bob: Client]> {
    const users = externalIds.map((externalId) => ({ externalId, name: externalId.toUpperCase() }));
    const { body } = await world.http.put('/users').send({ users }).expect(200);
    const [ann, bob] = body as [UserView, UserView];
    return [await world.person(ann.id), await world.person(bob.id)];
  }

  it('of a group: its first members, who writes, whom a message mentions, who reacts, comes and goes', async () => {
    const [ann, bob] = await people('g-ann', 'g-bob', 'g-cleo');
    const { id: chatId } = await post(
      '/chats',
      { externalId: 'order-7', title: 'Order 7', memberIds: ['external:g-ann', 'external:g-bob'] },
      201,
    );
    const { id: messageId } = await ann.ok<{ id: number }>('sendMessage', {
      chatId: 'external:order-7',
      content: 'Where is it?',
      metadata: { mentions: ['external:g-bob'] },
    });
    await bob.ok('addReaction', { messageId, emoji: '👍' });
    await world.http
      .post(`/chats/${chatId}/members`)
      .send({ userIds: ['external:g-cleo'] })
      .expect(200);
    await world.http.delete(`/chats/${chatId}/members/external:g-cleo`).expect(200);
    await receiver.until(chatId, 7);
    await world.http.delete('/chats/external:order-7').expect(200);
    const told = await latest(chatId, 8);
    const chat = 'order-7';
    expect(named(told.newChat!)).toEqual({ chat, users: ['g-ann', 'g-bob'] });
    expect(named(told.reactionsChanged!)).toEqual({ chat, users: ['g-bob'] });
    expect(told.reactionsChanged!.data).toMatchObject({ by: bob.userId, added: true });
    expect(named(told.membersAdded!)).toEqual({ chat, users: ['g-cleo'] });
    expect(named(told.memberRemoved!)).toEqual({ chat, users: ['g-cleo'] });
    expect(named(told.chatDeleted!)).toEqual({ chat, users: [] });
    const sent = receiver.of(chatId).find(({ body }) => body.data.id === messageId);
    expect(named(sent!.body)).toEqual({ chat, users: ['g-ann', 'g-bob'] });
    const note = receiver.of(chatId).find(({ body }) => body.data.type === 'system');
    expect(named(note!.body)).toEqual({ chat, users: ['g-cleo'] });
    expect(note!.body.users).toEqual([{ id: expect.any(Number), externalId: 'g-cleo', name: 'G-CLEO' }]);
  });

  it('of a direct chat: both of its people, with every event, also when it is deleted', async () => {
    const [ann] = await people('d-ann', 'd-bob');
    const { id: chatId } = await post(
      '/chats',
      { externalId: 'pair-1', user1Id: 'external:d-ann', user2Id: 'external:d-bob' },
      201,
    );
    const { id: messageId } = await ann.ok<{ id: number }>('sendMessage', { chatId, content: 'one' });
    await ann.ok('editMessage', { messageId, content: 'two' });
    await receiver.until(chatId, 3);
    await ann.ok('deleteMessage', { messageId });
    await receiver.until(chatId, 4);
    await world.http.delete(`/chats/${chatId}`).expect(200);
    const told = await latest(chatId, 5);
    for (const type of ['newChat', 'newMessage', 'messageEdited', 'messageDeleted', 'chatDeleted'])
      expect([type, named(told[type] ?? fail(type))]).toEqual([
        type,
        { chat: 'pair-1', users: ['d-ann', 'd-bob'] },
      ]);
  });

  it('but nobody who was erased, and with null where the application has given no id', async () => {
    const [ann, bob] = await people('e-ann', 'e-bob');
    const { id: chatId } = await ann.ok<{ id: number }>('createGroup', {
      title: 'x',
      memberIds: [bob.userId],
    });
    const { id: messageId } = await bob.ok<{ id: number }>('sendMessage', { chatId, content: 'one' });
    await receiver.until(chatId, 2);
    await erased(world, bob.userId, 'keep');
    await ann.ok('sendMessage', { chatId, content: 'two', replyToId: messageId });
    const replies = () => receiver.of(chatId).filter(({ body }) => body.data.content === 'two');
    await eventually(() => replies().length > 0);
    const [reply] = replies();
    expect(reply!.body.chat).toEqual({ id: chatId, externalId: null });
    expect(reply!.body.users).toEqual([
      { id: ann.userId, externalId: 'e-ann', name: 'E-ANN' },
      { id: bob.userId, externalId: null, name: null },
    ]);
  });
});

function fail(type: string): never {
  throw new Error(`no ${type} came`);
}
