import { io } from 'socket.io-client';
import type { AccountView, ErrorView, MessageView, ReadyView } from '../../src/contract/index.js';
import { bearer, connected, mint, newApiKey, ownAccounts, refusal } from '../support/accounts.js';
import { type Client, eventually, World } from '../support/world.js';

/** As the client's clock and the server's are the same here. */
const isNow = (time: string) => Math.abs(Date.parse(time) - Date.now()) < 5_000;

describe('ready in open mode', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('tells a socket after userOnline whose it is, and what the server is', async () => {
    const alice = await world.person();
    const { user, now, ...rest } = await alice.next<ReadyView & Record<string, unknown>>('ready');
    const { body: config } = await world.http.get('/config').set('Host', 'localhost').expect(200);
    const { version, protocol, auth, features, limits } = config as ReadyView;
    expect(user).toMatchObject({ id: alice.userId, username: null });
    expect(isNow(now)).toBe(true);
    expect(rest).toEqual({ version, protocol, auth, features, limits, connectionId: alice.socket.id });
    expect(rest).toMatchObject({ auth: 'open', protocol: 1, features: [] });
  });

  it('comes once for a user: again only for another, or after userOffline', async () => {
    const [alice, otherId] = [await world.person(), world.newId()];
    await alice.next('ready');
    await alice.ok('userOnline', alice.userId);
    expect(alice.unread('ready')).toEqual([]);
    await alice.ok('userOnline', otherId);
    expect(await alice.next('ready')).toMatchObject({ user: { id: otherId } });
    await alice.ok('userOffline', otherId);
    await alice.ok('userOnline', otherId);
    expect(await alice.next('ready')).toMatchObject({ user: { id: otherId } });
  });

  it('does not come to a socket that is nobody', async () => {
    const stranger = await world.stranger();
    await stranger.settled();
    expect(stranger.unread('ready')).toEqual([]);
  });

  it('comes when the socket receives the events of its user', async () => {
    const [alice, bobId] = [await world.person(), world.newId()];
    const bob = await world.stranger({ auth: { userId: bobId } });
    await bob.next('ready');
    await alice.ok('sendMessage', { receiverId: bobId, content: 'hi' });
    expect(await bob.next('newMessage')).toMatchObject({ content: 'hi' });
  });
});

describe('A handshake with a user id in open mode', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const arrive = (userId: unknown) => world.stranger({ auth: { userId } });

  it('is userOnline from the start', async () => {
    const [alice, id] = [await world.person(), world.newId()];
    const bob = await arrive(id);
    expect(await bob.next('ready')).toMatchObject({ user: { id } });
    const [view] = await alice.ok<{ online: boolean }[]>('getPresence', { userIds: [id] });
    expect(view).toMatchObject({ userId: id });
    const message = await bob.ok<MessageView>('sendMessage', { receiverId: alice.userId, content: 'hi' });
    expect(message.senderId).toBe(id);
    expect((await bob.ok<AccountView>('getMe')).id).toBe(id);
  });

  it('takes an id as text, and null as none', async () => {
    const id = world.newId();
    expect(await (await arrive(String(id))).next('ready')).toMatchObject({ user: { id } });
    const nobody = await arrive(null);
    expect(await nobody.refused('sendMessage', { receiverId: id, content: 'hi' })).toBe('UNAUTHENTICATED');
  });

  it.each([0, -1, 1.5, 'alice', '', true, {}, [1], 2 ** 53])(
    'is refused with a bad one: %p',
    async (userId) => {
      const error = await refusal(world, { userId });
      expect(error).toMatchObject({
        code: 'VALIDATION_FAILED',
        message: expect.stringContaining('auth: { userId }'),
        details: [{ path: 'auth.userId', message: expect.stringContaining('expected an id') }],
      });
    },
  );

  it('lets a stock client be somebody again after a cut, before what it has buffered', async () => {
    const [id, other] = [world.newId(), await world.person()];
    const alice = await world.stranger({
      auth: { userId: id },
      reconnectionDelay: 50,
      reconnectionDelayMax: 50,
    });
    await alice.next('ready');
    const cut = new Promise((resolve) => alice.socket.once('disconnect', resolve));
    alice.socket.io.engine.close();
    await cut;
    const sent = ['one', 'two', 'three'].map((content) =>
      alice.ok<MessageView>('sendMessage', { receiverId: other.userId, content }),
    );
    const messages = await Promise.all(sent);
    expect(messages.map(({ senderId, content }) => [senderId, content])).toEqual([
      [id, 'one'],
      [id, 'two'],
      [id, 'three'],
    ]);
    expect(await alice.next('ready')).toMatchObject({ user: { id } });
  });

  it('is another user later, by userOnline', async () => {
    const [first, second] = [world.newId(), world.newId()];
    const socket = await arrive(first);
    await socket.ok('userOnline', second);
    expect((await socket.ok<AccountView>('getMe')).id).toBe(second);
  });

  it('counts as a socket of its user: a stock client that comes too early is let in when there is room', async () => {
    const bounded = await World.start({ RATE_LIMITS: 'on', RATE_LIMIT_USER_SOCKETS: '2' });
    try {
      const userId = bounded.newId();
      await bounded.stranger({ auth: { userId } });
      const phone = await bounded.person(userId);
      const late = io(bounded.socketUrl, {
        transports: ['websocket'],
        forceNew: true,
        auth: { userId },
        reconnectionDelay: 50,
        reconnectionDelayMax: 50,
      });
      try {
        await new Promise((resolve) => late.once('disconnect', resolve));
        expect(late).toMatchObject({ connected: false, active: true });
        phone.close();
        await new Promise((resolve) => late.once('ready', resolve));
      } finally {
        late.disconnect();
      }
    } finally {
      await bounded.stop();
    }
  });
});

describe('With AUTH=jwt', () => {
  let world: World;
  const key = newApiKey();
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key });
  });
  afterAll(() => world.stop());

  it('ready comes at connect, with the account', async () => {
    const alice = await connected(world);
    const ready = await alice.next<ReadyView>('ready');
    expect(ready.user).toMatchObject({ id: alice.userId, username: alice.session.user.username });
    expect(ready.auth).toBe('jwt');
    expect(ready.features).toEqual(['accounts', 'refreshCookie', 'registration']);
  });

  it('ready comes again to the socket that reconnects', async () => {
    const alice = await connected(world);
    await alice.next('ready');
    alice.socket.io.engine.close();
    expect(await alice.next<ReadyView>('ready')).toMatchObject({ user: { id: alice.userId } });
  });

  it('getMe says the same on both edges', async () => {
    const alice = await connected(world);
    const over = await alice.ok<AccountView>('getMe');
    const { body } = await world.http.get('/auth/me').set(bearer(alice.session.accessToken)).expect(200);
    expect({ ...over, lastSeenAt: null }).toEqual({ ...(body as AccountView), lastSeenAt: null });
    alice.emit('getMe');
    expect(await alice.next<AccountView>('me')).toEqual(over);
  });

  it('a handshake may name its own user, and nobody else', async () => {
    const { userId, accessToken: token } = await mint(world, key);
    const alice = await world.stranger({ auth: { token, userId } });
    expect(await alice.next<ReadyView>('ready')).toMatchObject({ user: { id: userId } });
    expect((await refusal(world, { token, userId: userId + 1 })).code).toBe('FORBIDDEN');
    expect((await refusal(world, { token, userId: 'x' })).code).toBe('VALIDATION_FAILED');
    expect((await refusal(world, { userId })).code).toBe('UNAUTHENTICATED');
  });

  describe('a token is taken', () => {
    const says = async (client: Client, userId: number) =>
      expect(await client.next<ReadyView>('ready')).toMatchObject({ user: { id: userId } });

    it.each(['', 'Bearer ', 'bearer ', 'Bearer  '])('from auth.token with %p before it', async (before) => {
      const { userId, accessToken } = await mint(world, key);
      await says(await world.stranger({ auth: { token: `${before}${accessToken}` } }), userId);
    });

    it.each(['websocket', 'polling'])('from the header Authorization, over %s', async (transport) => {
      const { userId, accessToken } = await mint(world, key);
      const options = { extraHeaders: bearer(accessToken), transports: [transport] };
      await says(await world.stranger(options), userId);
    });

    it('from auth.token before the header', async () => {
      const [own, other] = [await mint(world, key), await mint(world, key)];
      const options = { auth: { token: own.accessToken }, extraHeaders: bearer(other.accessToken) };
      await says(await world.stranger(options), own.userId);
    });

    it('by authenticate with Bearer before it', async () => {
      const { userId, accessToken } = await mint(world, key);
      const alice = await world.bearer(userId, accessToken);
      const { accessToken: next } = await mint(world, key, { userId });
      expect(await alice.ok('authenticate', { token: `Bearer ${next}` })).toMatchObject({ userId });
    });
  });

  it.each([
    ['nowhere', {}, {}],
    ['of another kind', {}, { extraHeaders: { Authorization: 'Basic eDp5' } }],
    ['in the URL', {}, { query: { token: 'x' } }],
  ])('a token that is %s is refused with where it belongs', async (where, auth, options) => {
    const refused = await world.stranger({ auth, ...options }).then(
      () => null,
      (error: Error & { data: ErrorView }) => error,
    );
    expect(refused?.data.code).toBe('UNAUTHENTICATED');
    expect(refused?.data.message).toContain('`auth: { token }`');
    expect(refused?.data.message).toContain('Authorization: Bearer');
    expect(refused?.message).toBe(refused?.data.message);
    expect(refused?.data.message.includes('URL')).toBe(where === 'in the URL');
  });
});

describe('While the database cannot be read', () => {
  it('a socket is not told that it is ready, and comes back by itself', async () => {
    const world = await World.start();
    try {
      const userId = world.newId();
      const alice = await world.stranger({ auth: { userId } });
      await alice.next('ready');
      await world.sql('ALTER TABLE credentials RENAME TO credentials_away');
      const bob = await world.stranger();
      expect(await bob.refused('userOnline', userId)).not.toBe('');
      expect(bob.unread('ready')).toEqual([]);
      await world.sql('ALTER TABLE credentials_away RENAME TO credentials');
      await eventually(async () => (await bob.ask('userOnline', userId)).ok);
      expect(await bob.next<ReadyView>('ready')).toMatchObject({ user: { id: userId } });
    } finally {
      await world.stop();
    }
  });
});
