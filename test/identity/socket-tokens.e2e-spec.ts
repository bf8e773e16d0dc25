import type { ChatView, ErrorView, MessageView, TokenLifeView } from '../../src/contract/index.js';
import { Rooms } from '../../src/delivery/rooms.js';
import { mint, newApiKey, ownAccounts, refusal } from '../support/accounts.js';
import { type Client, eventually, World } from '../support/world.js';

describe('With AUTH=jwt a socket', () => {
  let world: World;
  const key = newApiKey();
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key, GROUP_ADDS: 'everybody' });
  });
  afterAll(() => world.stop());

  const arrives = async (of?: object): Promise<Client> => {
    const { userId, accessToken } = await mint(world, key, of);
    return world.bearer(userId, accessToken);
  };
  const pair = async (): Promise<{ alice: Client; bob: Client; chatId: number }> => {
    const [alice, bob] = await Promise.all([arrives(), arrives()]);
    const chat = { user1Id: alice.userId, user2Id: bob.userId };
    const { id } = await alice.ok<{ id: number }>('createChat', chat);
    await bob.next('newChat');
    return { alice, bob, chatId: id };
  };
  const closed = (client: Client) =>
    new Promise<string>((resolve) => client.socket.once('disconnect', resolve));

  describe('without a valid token', () => {
    it.each([
      ['no token', {}, 'UNAUTHENTICATED'],
      ['an empty one', { token: '' }, 'UNAUTHENTICATED'],
      ['an object', { token: { $ne: '' } }, 'UNAUTHENTICATED'],
      ['a number', { token: 1 }, 'UNAUTHENTICATED'],
      ['words', { token: 'let me in' }, 'TOKEN_INVALID'],
      ['an API key', { token: key }, 'TOKEN_INVALID'],
      ['100 KB', { token: 'x'.repeat(100_000) }, 'TOKEN_INVALID'],
    ])('is refused, with a code: %s', async (_, auth, code) => {
      const error = await refusal(world, auth);
      expect(error).toEqual({ code, message: expect.any(String) });
    });

    it('receives nothing and reaches nobody', async () => {
      const mallory = world.stranger({ auth: {} });
      await expect(mallory).rejects.toThrow('Authentication required: send an access token');
      expect((await world.http.get('/users/online').set('X-Api-Key', key).expect(200)).body).toEqual([]);
    });
  });

  describe('with a valid token', () => {
    it('belongs to its user, is online and receives events without userOnline', async () => {
      const { alice, bob, chatId } = await pair();
      const message = await alice.ok<MessageView>('sendMessage', { chatId, content: 'hi' });
      expect(message.senderId).toBe(alice.userId);
      expect(await bob.next('newMessage')).toEqual(message);
      // Somebody who has written nothing in a direct chat is not shown by it.
      await bob.ok('sendMessage', { chatId, content: 'hi too' });
      const online = await alice.ok<{ userId: number }[]>('getOnlineUsers');
      expect(online.map(({ userId }) => userId)).toEqual(expect.arrayContaining([alice.userId, bob.userId]));
    });

    it('receives the groups of its user from the moment that it is connected', async () => {
      const [owner, { userId, accessToken }] = await Promise.all([arrives(), mint(world, key)]);
      const [group] = await world.sql<{ id: string }>(
        `WITH made AS (INSERT INTO chats (type, title) VALUES ('group', 'us') RETURNING id)
         INSERT INTO chat_members ("chatId", "userId")
         SELECT id, unnest($1::bigint[]) FROM made RETURNING "chatId" AS id`,
        [[owner.userId, userId]],
      );
      for (let i = 0; i < 10; i++) {
        const member = await world.bearer(userId, accessToken);
        await owner.ok('sendMessage', { chatId: Number(group!.id), content: `message ${i}` });
        expect(await member.next('newMessage')).toMatchObject({ content: `message ${i}` });
        member.close();
      }
    });

    it('receives nothing of a group from which its user was removed during the handshake', async () => {
      const [owner, bob] = [await arrives(), await arrives()];
      const { userId, accessToken } = await mint(world, key);
      const { id: chatId } = await owner.ok<ChatView>('createGroup', {
        title: 'us',
        memberIds: [userId, bob.userId],
      });
      const join = Rooms.prototype.join;
      jest.spyOn(Rooms.prototype, 'join').mockImplementationOnce(async function (this: Rooms, ...args) {
        await join.apply(this, args);
        await owner.ok('removeMember', { chatId, userId });
      });
      const member = await world.bearer(userId, accessToken);
      await member.settled();
      await owner.ok('sendMessage', { chatId, content: 'without them' });
      await bob.next('newMessage');
      await member.settled();
      expect(member.unread('newMessage')).toEqual([]);
    });

    it('goes offline and online with userOffline and userOnline, and keeps its user', async () => {
      const { alice, bob, chatId } = await pair();
      expect(await alice.ok('userOffline', alice.userId)).toMatchObject({ online: false });
      expect(await alice.ok<MessageView>('sendMessage', { chatId, content: 'unseen' })).toMatchObject({
        senderId: alice.userId,
      });
      expect(await alice.ok('userOnline', alice.userId)).toMatchObject({ online: true });
      await bob.ok('sendMessage', { chatId, content: 'welcome back' });
      expect(await alice.next('newMessage')).toMatchObject({ content: 'welcome back' });
    });

    it('may name its own user in userOnline, and nobody else', async () => {
      const { alice, bob, chatId } = await pair();
      const [own, other, third] = [alice.userId, bob.userId, (await mint(world, key)).userId];
      const { id: messageId } = await bob.ok<MessageView>('sendMessage', { chatId, content: 'x' });
      const commands: [string, (userId: number) => unknown][] = [
        ['userOnline', (userId) => userId],
        ['getChats', (userId) => userId],
        ['getChat', (userId) => ({ chatId, userId })],
        ['getMessages', (userId) => ({ chatId, userId })],
        ['sendMessage', (senderId) => ({ chatId, senderId, content: 'hi' })],
        ['markAsSeen', (userId) => ({ messageId, userId })],
        ['addReaction', (userId) => ({ messageId, emoji: '👍', userId })],
        ['sync', (userId) => ({ userId })],
        ['getOnlineUsers', (userId) => ({ userId })],
      ];
      for (const [command, inputOf] of commands) {
        await alice.ok(command, inputOf(own));
        expect([command, await alice.refused(command, inputOf(other))]).toEqual([command, 'FORBIDDEN']);
      }
      await alice.ok<ChatView>('createChat', { user1Id: third, user2Id: own });
      expect(await alice.refused('createChat', { user1Id: other, user2Id: third })).toBe('FORBIDDEN');
      expect(await alice.refused('userOffline', other)).toBe('FORBIDDEN');
    });

    it('does not find a user that does not exist, and does not create one', async () => {
      const { alice, bob } = await pair();
      const unknown = 900_000_000_000;
      const send = (receiverId: number) => alice.ask('sendMessage', { receiverId, content: 'hello?' });
      const [before, nobody, after] = await Promise.all([send(bob.userId), send(unknown), send(bob.userId)]);
      expect(nobody).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
      expect([before.ok, after.ok]).toEqual([true, true]);
      expect(await alice.refused('createChat', { user1Id: alice.userId, user2Id: unknown })).toBe(
        'NOT_FOUND',
      );
      expect(await world.sql('SELECT id FROM users WHERE id = $1', [unknown])).toEqual([]);
    });
  });

  describe('whose token expires', () => {
    it('is told before, and then closed with a code', async () => {
      const { userId } = await mint(world, key);
      const { accessToken, expiresAt } = await mint(world, key, { userId, expiresInSeconds: 3 });
      const client = await world.bearer(userId, accessToken);
      const closing = closed(client);
      expect(await client.next<TokenLifeView>('tokenExpiring')).toEqual({ userId, expiresAt });
      expect(client.unread('exception')).toEqual([]);
      expect(await client.next<ErrorView>('exception')).toMatchObject({
        command: null,
        code: 'TOKEN_EXPIRED',
      });
      expect(await closing).toBe('io server disconnect');
      expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt));
      expect((await refusal(world, { token: accessToken })).code).toBe('TOKEN_EXPIRED');
    });

    it('receives nothing more a second later', async () => {
      const bob = await arrives();
      const { userId } = await mint(world, key);
      const { accessToken, expiresAt } = await mint(world, key, { userId, expiresInSeconds: 2 });
      const client = await world.bearer(userId, accessToken);
      await eventually(() => Date.now() > Date.parse(expiresAt) + 1_000);
      await bob.ok('sendMessage', { receiverId: userId, content: 'too late' });
      await bob.settled();
      expect(client.unread('newMessage')).toEqual([]);
      expect(client.socket.connected).toBe(false);
    });

    it('goes on when it renews the token in place', async () => {
      const bob = await arrives();
      const { userId } = await mint(world, key);
      const short = await mint(world, key, { userId, expiresInSeconds: 2 });
      const client = await world.bearer(userId, short.accessToken);
      const long = await mint(world, key, { userId });
      expect(await client.ok('authenticate', { token: long.accessToken })).toEqual({
        userId,
        expiresAt: long.expiresAt,
      });
      await eventually(() => Date.now() > Date.parse(short.expiresAt) + 1_000);
      await bob.ok('sendMessage', { receiverId: userId, content: 'still there?' });
      expect(await client.next('newMessage')).toMatchObject({ content: 'still there?' });
      expect(client.unread('exception')).toEqual([]);
    });

    it('renews it only by a valid token of the same person', async () => {
      const [alice, other] = [await arrives(), await mint(world, key)];
      expect(await alice.refused('authenticate', { token: other.accessToken })).toBe('FORBIDDEN');
      expect(await alice.refused('authenticate', 'nonsense')).toBe('TOKEN_INVALID');
      expect(await alice.refused('authenticate', {})).toBe('VALIDATION_FAILED');
      expect(
        await alice.ok<MessageView>('sendMessage', { receiverId: other.userId, content: 'me' }),
      ).toMatchObject({
        senderId: alice.userId,
      });
    });
  });
});

describe('In open mode', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('there are no tokens to renew, and nobody can register', async () => {
    const alice = await world.person();
    expect(await alice.refused('authenticate', { token: 'x' })).toBe('NOT_CONFIGURED');
    const { body } = await world.http
      .post('/auth/register')
      .send({ username: 'alice', password: 'a password' })
      .expect(404);
    expect(body.error.code).toBe('NOT_CONFIGURED');
  });

  it('tokens and keys that somebody sends anyway have no effect', async () => {
    const alice = await world.person(world.newId(), { auth: { token: 'whatever' } });
    await world.http
      .get(`/chats/user/${alice.userId}`)
      .set('Authorization', 'Bearer whatever')
      .set('X-Api-Key', 'whatever')
      .expect(200);
  });
});
