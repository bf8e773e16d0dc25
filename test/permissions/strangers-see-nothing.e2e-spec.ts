import { edges, over } from '../support/edges.js';
import { World } from '../support/world.js';

/** Ids that nothing has. */
const NO_CHAT = 987_654_321;
const NO_MESSAGE = 987_654_322;

describe('A stranger to a chat', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  describe.each(edges)('over %s', (edge) => {
    it.each<[string, (chatId: number, messageId: number) => Record<string, unknown>]>([
      ['getChat', (chatId) => ({ chatId })],
      ['getMessages', (chatId) => ({ chatId })],
      ['getMessages', (chatId) => ({ chatId, around: 1, limit: 1 })],
      ['sendMessage', (chatId) => ({ chatId, content: 'let me in' })],
      ['sendMessage', (chatId) => ({ chatId, content: 'let me in', clientId: 'knock' })],
      ['sendMessage', (chatId, replyToId) => ({ chatId, content: 'let me in', replyToId })],
      ['markAsSeen', (_, messageId) => ({ messageId })],
      ['markAsSeen', (chatId) => ({ chatId })],
      ['markAsSeen', (chatId, messageId) => ({ chatId, messageId })],
      ['deleteChat', (chatId) => ({ chatId })],
    ])('gets the answer of %s that there is for what does not exist', async (command, inputOf) => {
      const { alice, bob, chatId } = await world.pair();
      const message = await alice.ok<{ id: number; version: number }>('sendMessage', {
        chatId,
        content: 'private',
      });
      await bob.next('newMessage');
      const mallory = over(edge, world, await world.person());

      const toThere = await mallory.ask(command, inputOf(chatId, message.id));
      const toNowhere = await mallory.ask(command, inputOf(NO_CHAT, NO_MESSAGE));
      expect(toThere).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
      expect(toThere).toEqual(toNowhere);

      for (const member of [alice, bob]) {
        expect(await member.ok('getMessages', { chatId })).toEqual({
          chatId,
          messages: [message],
          more: false,
          moreBefore: false,
          moreAfter: false,
          lastSeq: 1,
          version: message.version,
        });
        await member.settled();
        for (const event of ['newMessage', 'messageSeen', 'chatDeleted'])
          expect(member.unread(event)).toEqual([]);
      }
    });

    it('learns nothing of a message by replying to it', async () => {
      const { alice, chatId } = await world.pair();
      const secret = await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'private' });
      const mallory = await world.person();
      const own = await mallory.ok<{ id: number }>('createChat', {
        user1Id: mallory.userId,
        user2Id: world.newId(),
      });
      const reply = (replyToId: number) =>
        over(edge, world, mallory).ask('sendMessage', { chatId: own.id, content: 'what?', replyToId });
      expect(await reply(secret.id)).toEqual(await reply(NO_MESSAGE));
    });
  });

  it('gets the very same bytes over REST', async () => {
    const { chatId } = await world.pair();
    const mallory = String(world.newId());
    const [there, nowhere] = await Promise.all(
      [chatId, NO_CHAT].map((id) => world.http.get(`/chats/${id}`).set('X-User-Id', mallory).expect(404)),
    );
    expect(there!.text).toBe(nowhere!.text);
  });

  it('is who the query names, too', async () => {
    const { alice, chatId } = await world.pair();
    const path = `/chats/${chatId}`;
    await world.http.get(path).query({ userId: world.newId() }).expect(404);
    await world.http.get(`${path}/messages`).query({ userId: world.newId() }).expect(404);
    await world.http.get(path).query({ userId: alice.userId }).expect(200);
    await world.http
      .get(path)
      .query({ userId: alice.userId })
      .set('X-User-Id', String(world.newId()))
      .expect(200);
  });

  it('is told that the header which should name the user is empty', async () => {
    const { chatId } = await world.pair();
    for (const header of ['0', '-1', 'alice', '1e3', '9007199254740992']) {
      const { body } = await world.http.get(`/chats/${chatId}`).set('X-User-Id', header).expect(400);
      expect(body.error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path: 'X-User-Id' }] });
    }
  });
});
