import { isBlank } from '../../src/contract/index.js';
import { bearer, mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { RestAsker } from '../support/edges.js';
import { AWKWARD } from '../support/external-names.js';
import { finished } from '../support/erasures.js';
import { StatementLog } from '../support/statements.js';
import { eventually, World } from '../support/world.js';

interface User {
  id: number;
  externalId: string | null;
}

describe('An external:<externalId> in place of the id of a user', () => {
  const key = newApiKey();
  const variables = { ...ownAccounts(), API_KEYS: key, DIRECTORY: 'contacts' };
  let world: World;
  let app: RestAsker;
  let log: StatementLog;
  beforeAll(async () => {
    log = new StatementLog();
    world = await World.start(variables);
    app = new RestAsker(world, 0, { 'X-Api-Key': key });
  });
  afterAll(async () => {
    await world.stop();
    log.stop();
  });

  const made = async (externalId: string): Promise<number> => (await mint(world, key, { externalId })).userId;
  const apiKey = { 'X-Api-Key': key };

  let others = 0;
  const newOne = async () => {
    const externalId = `one ${++others}`;
    const { userId, accessToken } = await mint(world, key, { externalId });
    return { userId, externalId, external: `external:${externalId}`, accessToken };
  };
  const asPerson = ({ accessToken }: { accessToken: string }) => new RestAsker(world, 0, bearer(accessToken));

  it('finds its user in a path, whatever characters it is made of', async () => {
    const shown = (text: string) => (isBlank(text) ? `x${text}` : text);
    const single = Array.from({ length: 0x2ff }, (_, at) => shown(String.fromCodePoint(at + 1)));
    // The rest of the first plane but the surrogates, in pieces that are as long as may be, and some of the others.
    const planes = Array.from({ length: (0x10000 - 0x300) / 0x100 }, (_, at) => 0x300 + at * 0x100)
      .filter((from) => from < 0xd800 || from >= 0xe000)
      .map((from) => String.fromCharCode(...Array.from({ length: 0x100 }, (_, at) => from + at)));
    const astral = [0x1f300, 0x20000, 0xe0100].map((from) =>
      String.fromCodePoint(...Array.from({ length: 0x80 }, (_, at) => from + at)),
    );
    const externalIds = [...new Set([...single, ...planes, ...astral])].filter((text) => !isBlank(text));
    expect(externalIds.length).toBeGreaterThan(900);
    const ids: number[] = [];
    for (let from = 0; from < externalIds.length; from += 100) {
      const users = externalIds.slice(from, from + 100).map((externalId) => ({ externalId }));
      const { body } = await world.http.put('/users').set(apiKey).send({ users }).expect(200);
      ids.push(...(body as User[]).map(({ id }) => id));
    }
    for (const [at, externalId] of externalIds.entries()) {
      const { body } = await world.http
        .get(`/users/external:${encodeURIComponent(externalId)}`)
        .set(apiKey)
        .expect(200);
      expect(body).toMatchObject({ id: ids[at], externalId });
    }
  });

  it('is encoded in a path, and the refusal says so', async () => {
    for (const path of ['/users/external:100%', '/users/external:order/7']) {
      const { body } = await world.http.get(path).set(apiKey);
      expect([path, body.error]).toEqual([
        path,
        expect.objectContaining({
          code: 'VALIDATION_FAILED',
          details: [{ path: '', message: expect.stringContaining('encodeURIComponent') }],
        }),
      ]);
    }
    // What is in the query is no part of the path.
    const elsewhere = await world.http.get('/nope?ids=external:ann').set(apiKey).expect(404);
    expect(elsewhere.body.error.code).toBe('UNKNOWN_COMMAND');
    const { body } = await world.http
      .post('/users?a=100%')
      .set({ ...apiKey, 'Content-Type': 'application/json' })
      .send('{"name":')
      .expect(400);
    expect(body.error.details).toEqual([{ path: '', message: expect.stringContaining('valid JSON') }]);
  });

  it('is erased once with a key, and the answer can be had again', async () => {
    const { externalId, userId } = await newOne();
    const erase = (messages: string, idempotencyKey: string) =>
      world.http
        .delete(`/users/external:${encodeURIComponent(externalId)}?messages=${messages}`)
        .set({ ...apiKey, 'Idempotency-Key': idempotencyKey });
    const first = await erase('erase', `erase-${userId}`).expect(200);
    expect(first.body).toMatchObject({ userId, messages: 'erase' });
    const again = await erase('erase', `erase-${userId}`).expect(200);
    expect(again.body).toMatchObject({ id: first.body.id, userId });
    const other = await erase('keep', `erase-${userId}`).expect(409);
    expect(other.body.error.code).toBe('IDEMPOTENCY_MISMATCH');
    const later = await erase('erase', `another-${userId}`).expect(404);
    expect(later.body.error.code).toBe('NOT_FOUND');
  });

  it('is another person once the one who had it was erased, at every node', async () => {
    const second = await World.start({ ...variables, DATABASE_URL: world.config.database.url! });
    try {
      const there = new RestAsker(second, 0, apiKey);
      const { userId, externalId, external } = await newOne();
      for (const node of [app, there])
        expect(await node.ok('getUser', { id: external })).toMatchObject({ id: userId });
      const { id } = await app.ok<{ id: number }>('eraseUser', { userId: external, messages: 'keep' });
      await finished(world, id, apiKey);
      const next = await made(externalId);
      expect(next).not.toBe(userId);
      expect(await app.ok('getUser', { id: external })).toMatchObject({ id: next });
      await eventually(async () => (await there.ok<User>('getUser', { id: external })).id === next);
    } finally {
      await second.stop();
    }
  });

  it.each(AWKWARD)(
    'stands for it in paths, queries, bodies, headers and commands: %j',
    async (externalId) => {
      const { userId: id, accessToken: token } = await mint(world, key, { externalId });
      const external = `external:${externalId}`;
      expect(await app.ok('getUser', { id: external })).toMatchObject({ id, externalId });
      expect(await app.ok('getUsers', { ids: external })).toMatchObject([{ id }]);
      expect(await app.ok('getUsersPresence', { ids: external })).toMatchObject([{ userId: id }]);
      const friend = await newOne();
      const inList = (one: string) => `external:${encodeURIComponent(one)}`;
      for (const ids of [
        `${inList(externalId)},${friend.userId}`,
        `${encodeURIComponent(external)},${friend.userId}`,
        `${inList(externalId)}&ids=${friend.userId}`,
        `${inList(externalId)}%2C${inList(friend.externalId)}`,
      ]) {
        const { body } = await world.http.get(`/users?ids=${ids}`).set(apiKey).expect(200);
        expect(body).toMatchObject([{ id }, { id: friend.userId }]);
      }
      const chat = await app.ok('createChat', { user1Id: external, user2Id: friend.external });
      expect([chat.user1Id, chat.user2Id]).toEqual([id, friend.userId]);
      const sent = await app.ok('sendMessage', {
        chatId: chat.id,
        senderId: external,
        content: 'x',
        metadata: { mentions: [friend.external, friend.userId] },
      });
      expect(sent).toMatchObject({ senderId: id, metadata: { mentions: [friend.userId, friend.userId] } });
      const { body } = await world.http
        .get('/auth/me')
        .set(apiKey)
        .set('X-User-Id', `external:${encodeURIComponent(externalId)}`)
        .expect(200);
      expect(body).toMatchObject({ id });
      const socket = await world.stranger({ auth: { token, userId: external } });
      expect(await socket.ok('getMessages', { chatId: chat.id, userId: external, limit: 1 })).toBeTruthy();
      expect(await socket.ok('getUsers', { ids: [external, friend.userId] })).toMatchObject([
        { id },
        { id: friend.userId },
      ]);
      socket.close();
    },
  );

  it('that has `,external:` in it is an id of a list where each is a parameter of its own', async () => {
    const [one, other] = [await made('c,external:d'), await made('d')];
    const path = `/users?ids=${encodeURIComponent('external:c,external:d')}&ids=external:d`;
    const { body } = await world.http.get(path).set(apiKey).expect(200);
    expect(body).toMatchObject([{ id: one }, { id: other }]);
  });

  it('is somebody else than the user who has it as their id', async () => {
    const { userId } = await newOne();
    const other = await made(String(userId));
    expect(other).not.toBe(userId);
    expect(await app.ok<User>('getUser', { id: `external:${userId}` })).toMatchObject({ id: other });
  });

  it.each(['', ' ', 'x'.repeat(257), 'a\0b'])('has to be an externalId: %j', async (externalId) => {
    const answer = await app.ask('createChat', { user1Id: `external:${externalId}`, user2Id: 1 });
    expect(answer).toMatchObject({
      error: { code: 'VALIDATION_FAILED', details: [{ path: 'user1Id', message: /external/ as never }] },
    });
  });

  it('in a header is URL-encoded', async () => {
    const wrong = await world.http.get('/auth/me').set(apiKey).set('X-User-Id', 'external:%').expect(400);
    expect(wrong.body.error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path: 'X-User-Id' }] });
  });

  it('is looked up once and remembered, and an id costs no look', async () => {
    const [one, other] = [await newOne(), await newOne()];
    const chat = await app.ok('createChat', { user1Id: one.external, user2Id: other.external });
    const send = async (senderId: unknown) => {
      log.take();
      await app.ok('sendMessage', { chatId: chat.id, senderId, content: 'x' });
      return log.take().filter((statement) => statement.startsWith('externalIds.'));
    };
    expect(await send(one.external)).toEqual([]);
    expect(await send(one.userId)).toEqual([]);
    const third = await newOne();
    await app.ok('createChat', { user1Id: third.userId, user2Id: one.userId });
    log.take();
    await app.ok('getUser', { id: third.external });
    expect(log.take().filter((statement) => statement.startsWith('externalIds.'))).toEqual([
      'externalIds.users',
    ]);
  });

  it('of somebody whom a person does not find is answered as that of nobody, and costs the same', async () => {
    const [ann, bob] = [await newOne(), await newOne()];
    const person = asPerson(ann);
    await person.ok('getChats', { userId: ann.userId });
    const asked: [string, (id: string) => Record<string, unknown>][] = [
      ['getUser', (id) => ({ id })],
      ['getUsers', (id) => ({ ids: id })],
      ['getUsersPresence', (id) => ({ ids: id })],
      ['createChat', (id) => ({ user1Id: ann.userId, user2Id: id })],
      ['createGroup', (id) => ({ title: 'x', memberIds: [id] })],
      ['blockUser', (userId) => ({ userId })],
      ['getChats', (userId) => ({ userId })],
      ['reportUser', (userId) => ({ userId, reason: 'x' })],
    ];
    for (const [command, inputOf] of asked) {
      const costOf = async (id: string) => {
        log.take();
        const { answer } = await person.wired(command, inputOf(id));
        return {
          command,
          answer,
          statements: log
            .take()
            .filter((one) => /^(externalIds|users)\.(?!namesToIndex|writeWords)/.test(one)),
        };
      };
      // Whoever may know of somebody has looked them up: that must not show.
      await app.ok('getUser', { id: bob.external });
      const invisible = await costOf(bob.external);
      expect(invisible).toEqual(await costOf('external:nobody'));
      expect(invisible).toEqual(await costOf('external:nobody'));
      expect(invisible).toEqual({ ...invisible, statements: expect.arrayContaining(['externalIds.users']) });
    }
    await app.ok('createChat', { user1Id: ann.userId, user2Id: bob.userId });
    expect(await person.ok('getUser', { id: bob.external })).toMatchObject({
      id: bob.userId,
      externalId: null,
    });
  });

  it('of oneself is found by a person, who may say who they are by it', async () => {
    const [ann, bob] = [await newOne(), await newOne()];
    await app.ok('createChat', { user1Id: ann.userId, user2Id: bob.userId });
    const person = asPerson(ann);
    expect(await person.ok('getChats', { userId: ann.external })).toHaveLength(1);
    expect(await person.refused('getChats', { userId: bob.external })).toBe('FORBIDDEN');
    const socket = await world.stranger({ auth: { token: ann.accessToken, userId: ann.external } });
    expect(await socket.ok('getMe')).toMatchObject({ id: ann.userId });
    await expect(
      world.stranger({ auth: { token: ann.accessToken, userId: bob.external } }),
    ).rejects.toMatchObject({
      data: { code: 'FORBIDDEN' },
    });
  });

  it('is shown with the members to the application, and to a person only their own', async () => {
    const [ann, bob] = [await newOne(), await newOne()];
    const { id: chatId } = await app.ok('createGroup', {
      title: 'x',
      memberIds: [ann.external, bob.external],
    });
    await app.ok('addMembers', { chatId, userIds: [bob.external] });
    const seenBy = async (asker: RestAsker) => {
      const page = await asker.ok<{ members: User[] }>('getMembers', { chatId });
      const chat = await asker.ok<{ members: User[] }>('getChat', { chatId });
      const shown = page.members.map(({ externalId }) => externalId);
      expect(chat.members.map(({ externalId }) => externalId).sort()).toEqual([...shown].sort());
      return shown;
    };
    expect(await seenBy(app)).toEqual([ann.externalId, bob.externalId]);
    expect(await seenBy(asPerson(ann))).toEqual([ann.externalId, null]);
  });
});

describe('In open mode, an external:<externalId>', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const idOf = async (externalId: string) =>
    (await world.sql<{ id: string }>('SELECT id FROM users WHERE "externalId" = $1', [externalId])).map(
      ({ id }) => Number(id),
    );

  it('in the handshake makes the user, and says who the socket is at every reconnect', async () => {
    const ann = await world.stranger({ auth: { userId: 'external:ann' } });
    const { user } = await ann.next<{ user: User }>('ready');
    expect(user).toMatchObject({ externalId: 'ann' });
    expect(await idOf('ann')).toEqual([user.id]);
    const again = await world.stranger({ auth: { userId: 'external:ann' } });
    expect(await again.next('ready')).toMatchObject({ user: { id: user.id } });
  });

  it('in userOnline makes the user, and sends behind it are theirs', async () => {
    const client = await world.stranger();
    const online = client.ok('userOnline', 'external:bea');
    const sent = client.ok<{ senderId: number }>('sendMessage', {
      receiverId: 'external:cleo',
      content: 'x',
    });
    expect((await sent).senderId).toBe((await online).userId);
    expect(await idOf('cleo')).toHaveLength(1);
  });

  it('makes nobody where it is only read', async () => {
    await world.http.get('/users/external:ghost').expect(404);
    expect(
      (await world.http.get('/users/presence').query({ ids: 'external:ghost' }).expect(200)).body,
    ).toMatchObject([{ online: false }]);
    expect(await idOf('ghost')).toEqual([]);
  });

  it('keeps the order of sends, looked up or not', async () => {
    const { alice, bob } = await world.pair();
    await world.sql('UPDATE users SET "externalId" = $2 WHERE id = $1', [bob.userId, 'bob of the order']);
    const receivers = ['external:bob of the order', bob.userId, 'external:bob of the order', bob.userId];
    const sent = await Promise.all(
      receivers.map((receiverId, i) =>
        alice.ok<{ seq: number }>('sendMessage', { receiverId, content: `${i}` }),
      ),
    );
    expect(sent.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });
});
