import {
  type CommandName,
  commandNames,
  definitionOf,
  type UserView,
  userView,
} from '../../src/contract/index.js';
import { bearer, mint, newApiKey, newName, ownAccounts } from '../support/accounts.js';
import { World } from '../support/world.js';

describe('With AUTH=jwt, over REST', () => {
  const [key, other] = [newApiKey(), newApiKey()];
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: `${key}, ${other}` });
  });
  afterAll(() => world.stop());

  type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
  const asBackend = (method: Method, path: string) => world.http[method](path).set('X-Api-Key', key);

  describe('nobody', () => {
    const routes = commandNames.flatMap((name) => {
      const { rest, who } = definitionOf(name);
      return rest && who !== 'anyone' ? [[name, rest.method, rest.path] as const] : [];
    });
    const ask = (method: string, path: string) =>
      world.http[method.toLowerCase() as Method](path.replaceAll(/:\w+/g, 'x'));

    it.each(routes)('is refused before anything is said about the input: %s', async (_, method, path) => {
      for (const asked of [
        ask(method, path),
        ask(method, path).set('X-User-Id', '1'),
        ask(method, path).set('Authorization', 'Basic YTpi'),
        ...(method === 'GET'
          ? []
          : [ask(method, path).set('Content-Type', 'application/json').send('{"a":')]),
      ]) {
        const { body, headers } = await asked.expect(401);
        expect(body.error).toEqual({ code: 'UNAUTHENTICATED', message: expect.any(String) });
        expect(headers['www-authenticate']).toBe('Bearer');
      }
    });

    it('may see whether the server is well, and read its documents', async () => {
      for (const path of ['/health/live', '/health/ready', '/docs/openapi.json'])
        await world.http.get(path).expect(200);
    });

    it('may log in, with a token that has long expired too', async () => {
      for (const path of ['/auth/login', '/Auth/Login/']) {
        for (const headers of [{}, bearer('stale')]) {
          const { body } = await world.http
            .post(path)
            .set(headers)
            .send({ username: 'nobody', password: 'whatever' });
          expect(body.error.code).toBe('CREDENTIALS_WRONG');
        }
      }
    });
  });

  describe('a person', () => {
    const person = async () => {
      const { userId, accessToken } = await mint(world, key);
      const ask = (method: Method, path: string) => world.http[method](path).set(bearer(accessToken));
      return { userId, ask };
    };

    it('is the user of the token; the header and the fields may name that user, and nobody else', async () => {
      const [alice, bob] = await Promise.all([person(), person()]);
      const chat = { user1Id: alice.userId, user2Id: bob.userId };
      const { id } = (await alice.ask('post', '/chats').send(chat).expect(201)).body;
      const say = (fields: object) =>
        alice.ask('post', `/chats/${id}/messages`).send({ content: 'hi', ...fields });
      expect((await say({}).expect(201)).body.senderId).toBe(alice.userId);
      await say({ senderId: alice.userId }).set('X-User-Id', String(alice.userId)).expect(201);
      await say({ senderId: bob.userId }).expect(403);
      await say({}).set('X-User-Id', String(bob.userId)).expect(403);
      await alice.ask('get', `/chats/user/${alice.userId}`).expect(200);
      await alice.ask('get', `/chats/user/${bob.userId}`).expect(403);
    });

    it('sees users and changes only themselves; they do not make others, nor tokens', async () => {
      const [alice, bob] = await Promise.all([person(), person()]);
      await alice.ask('get', `/users/${bob.userId}`).expect(404);
      await alice.ask('post', '/chats').send({ user1Id: alice.userId, user2Id: bob.userId }).expect(201);
      await alice.ask('get', `/users/${bob.userId}`).expect(200);
      await alice.ask('patch', `/users/${alice.userId}`).send({ name: 'Alice' }).expect(200);
      await alice.ask('patch', `/users/${bob.userId}`).send({ name: 'Not Bob' }).expect(403);
      for (const [method, path] of [
        ['post', '/users'],
        ['put', '/users'],
        ['post', '/auth/tokens'],
      ] as const) {
        expect((await alice.ask(method, path).send({}).expect(403)).body.error.code).toBe('FORBIDDEN');
      }
    });

    it('does not see the chats of others', async () => {
      const [alice, bob, mallory] = await Promise.all([person(), person(), person()]);
      const chat = { user1Id: alice.userId, user2Id: bob.userId };
      const { id } = (await alice.ask('post', '/chats').send(chat).expect(201)).body;
      const there = await mallory.ask('get', `/chats/${id}`).expect(404);
      const nowhere = await mallory.ask('get', '/chats/987654321').expect(404);
      expect(there.body).toEqual(nowhere.body);
      await mallory.ask('delete', `/chats/${id}`).expect(404);
    });
  });

  describe('an API key', () => {
    it('is taken in either header, each of them, and no other', async () => {
      for (const one of [key, other]) {
        await world.http.get('/users').set('X-Api-Key', one).expect(200);
        await world.http.get('/users').set(bearer(one)).expect(200);
      }
      for (const wrong of ['', 'x', key.slice(0, -1), `${key}x`, `${key}, ${other}`, key.toUpperCase()]) {
        const { body } = await world.http.get('/users').set('X-Api-Key', wrong).expect(401);
        expect(body.error.code).toBe('TOKEN_INVALID');
      }
      await world.http.get('/users').set('X-Api-Key', 'wrong').set(bearer(key)).expect(401);
    });

    it('reads, writes and deletes everywhere, as whoever it names', async () => {
      const users = [newName(), newName()].map((externalId) => ({ externalId }));
      const made = (await asBackend('put', '/users').send({ users }).expect(200)).body as UserView[];
      const [alice, bob] = made.map(({ id }) => id) as [number, number];
      const { id } = (await asBackend('post', '/chats').send({ user1Id: alice, user2Id: bob }).expect(201))
        .body;
      const sent = await asBackend('post', `/chats/${id}/messages`)
        .send({ senderId: bob, content: 'hi' })
        .expect(201);
      expect(sent.body.senderId).toBe(bob);
      const page = await asBackend('get', `/chats/${id}/messages`).expect(200);
      expect(page.body.messages).toEqual([sent.body]);
      const list = await asBackend('get', `/chats/user/${alice}`).expect(200);
      expect(list.body).toMatchObject([{ id, unread: 1 }]);
      await asBackend('post', `/messages/${sent.body.id}/seen`).set('X-User-Id', String(alice)).expect(200);
      await asBackend('patch', `/users/${alice}`).send({ name: 'Alice' }).expect(200);
      await asBackend('delete', `/chats/${id}`).expect(200);
    });

    it('does not make people by naming them', async () => {
      const { userId } = await mint(world, key);
      const unknown = 900_000_000_001;
      await asBackend('post', '/chats').send({ user1Id: userId, user2Id: unknown }).expect(404);
      await asBackend('post', '/auth/tokens').send({ userId: unknown }).expect(404);
      expect(await world.sql('SELECT id FROM users WHERE id = $1', [unknown])).toEqual([]);
    });

    it('mints tokens, for users there are and by externalId for those to come', async () => {
      const externalId = newName();
      const asked = { externalId, expiresInSeconds: 60 };
      const answers = await Promise.all(Array.from({ length: 10 }, () => mint(world, key, asked)));
      const [{ userId, accessToken, expiresAt }] = answers as [(typeof answers)[0]];
      expect(new Set(answers.map((minted) => minted.userId))).toEqual(new Set([userId]));
      expect(Math.abs(Date.parse(expiresAt) - Date.now() - 60_000)).toBeLessThan(10_000);
      const me = await world.http.get('/auth/me').set(bearer(accessToken)).expect(200);
      expect(me.body).toMatchObject({ id: userId, externalId, username: null });
      expect((await mint(world, key, { userId })).userId).toBe(userId);
      await asBackend('post', '/auth/tokens').send({}).expect(400);
      await asBackend('post', '/auth/tokens').send({ userId, externalId }).expect(400);
      await asBackend('post', '/auth/tokens').send({ userId, expiresInSeconds: 0 }).expect(400);
    });
  });

  describe('users by externalId', () => {
    const upsert = async (users: object[]): Promise<UserView[]> =>
      (await asBackend('put', '/users').send({ users }).expect(200)).body as UserView[];

    it('are made and changed; what is left out stays', async () => {
      const [one, two] = [newName(), newName()];
      const [first] = await upsert([{ externalId: one, name: 'One', metadata: { a: 1 } }]);
      expect(userView.strict().parse(first)).toMatchObject({
        externalId: one,
        name: 'One',
        metadata: { a: 1 },
      });
      const both = await upsert([
        { externalId: two, avatarUrl: 'https://example.com/2.png' },
        { externalId: one, avatarUrl: 'https://example.com/1.png' },
      ]);
      expect(both).toMatchObject([
        { externalId: two, name: null, avatarUrl: 'https://example.com/2.png', metadata: {} },
        { id: first!.id, name: 'One', avatarUrl: 'https://example.com/1.png', metadata: { a: 1 } },
      ]);
      expect(await upsert([{ externalId: one, name: null, metadata: {} }])).toMatchObject([
        { id: first!.id, name: null, avatarUrl: 'https://example.com/1.png', metadata: {} },
      ]);
    });

    it('are answered in their order, 500 of them', async () => {
      const users = Array.from({ length: 500 }, (_, i) => ({
        externalId: `bulk-${(i * 7) % 500}`,
        name: `n${i}`,
      }));
      const made = await upsert(users);
      expect(made.map(({ externalId, name }) => ({ externalId, name }))).toEqual(users);
      expect(await upsert(users)).toEqual(made);
      await asBackend('put', '/users')
        .send({ users: [...users, { externalId: 'one more' }] })
        .expect(400);
    });

    it('are the same however many upserts come at once, in whatever order', async () => {
      const ids = Array.from({ length: 40 }, () => newName());
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) => {
          const users = ids.map((externalId) => ({ externalId, name: `by ${i}` }));
          return upsert(i % 2 ? users : users.reverse());
        }),
      );
      const known = new Set(answers.flat().map(({ id, externalId }) => `${id} ${externalId}`));
      expect(known.size).toBe(40);
    });

    it('can not be named twice at once, nor be none', async () => {
      const [externalId] = [newName()];
      await asBackend('put', '/users')
        .send({ users: [{ externalId }, { externalId }] })
        .expect(400);
      await asBackend('put', '/users')
        .send({ users: [{ name: 'Nobody' }] })
        .expect(400);
      await asBackend('put', '/users').send({ users: [] }).expect(400);
    });
  });

  it('says of each command who may ask at all', () => {
    const by = (who: string) =>
      commandNames.filter((name: CommandName) => definitionOf(name).who === who).sort();
    expect(by('anyone')).toEqual(['getConfig', 'login', 'logout', 'refresh', 'register']);
    expect(by('application')).toEqual([
      'createUser',
      'createWebhook',
      'deactivateUser',
      'deleteWebhook',
      'disableWebhook',
      'enableWebhook',
      'eraseUser',
      'exportChat',
      'exportUser',
      'findChats',
      'getAudit',
      'getDeactivations',
      'getErasure',
      'getReports',
      'getSessions',
      'getStatus',
      'getWebhook',
      'getWebhookEvents',
      'getWebhookTries',
      'getWebhooks',
      'mintToken',
      'reactivateUser',
      'replayWebhookEvents',
      'revokeSessions',
      'revokeTokens',
      'rotateWebhookSecret',
      'sendSystemMessage',
      'setRetention',
      'testWebhook',
      'updateReport',
      'updateWebhook',
      'upsertUsers',
    ]);
  });
});
