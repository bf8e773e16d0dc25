import pg from 'pg';
import type { AccountView, AuditEntryView, ErrorView, UserView } from '../../src/contract/index.js';
import { bearer, newApiKey, newName, refusal } from '../support/accounts.js';
import { RestAsker } from '../support/edges.js';
import { AUDIENCE, ISSUER, KeyServer, Signer } from '../support/key-server.js';
import { eventually, World } from '../support/world.js';

const DEACTIVATED = { ok: false, error: { code: 'DEACTIVATED' } };

describe('In open mode, deactivating', () => {
  let world: World;
  let other: World;
  let application: RestAsker;
  beforeAll(async () => {
    world = await World.start();
    other = await World.start({ DATABASE_URL: world.config.database.url! });
    application = new RestAsker(world, 0);
  });
  afterAll(async () => {
    await other.stop();
    await world.stop();
  });

  const closed = async (userId: number) =>
    (
      await world.sql<{ closed: boolean }>('SELECT closed FROM chats WHERE $1 IN ("user1Id", "user2Id")', [
        userId,
      ])
    ).map((chat) => chat.closed);

  it('refuses whoever claims to be them, on both edges and all nodes, and closes their sockets', async () => {
    const bob = await other.person(world.newId());
    await application.ok('deactivateUser', { userId: bob.userId, reason: 'spam' });
    expect(await bob.next<ErrorView>('exception')).toMatchObject({
      code: 'DEACTIVATED',
      details: { until: null, reason: 'spam' },
    });
    await eventually(() => !bob.socket.connected);
    for (const node of [world, other]) {
      const asBob = new RestAsker(node, bob.userId);
      await eventually(async () => !(await asBob.ask('getChats', { userId: bob.userId })).ok);
      expect(await asBob.ask('sendMessage', { chatId: 1, content: 'me' })).toMatchObject(DEACTIVATED);
      const stranger = await node.stranger();
      expect(await stranger.ask('userOnline', bob.userId)).toMatchObject(DEACTIVATED);
      const named = { senderId: bob.userId, receiverId: world.newId(), content: 'me' };
      expect(await stranger.ask('sendMessage', named)).toMatchObject(DEACTIVATED);
      expect((await refusal(node, { userId: bob.userId })).code).toBe('DEACTIVATED');
    }
    await application.ok('reactivateUser', { userId: bob.userId });
    await eventually(
      async () => (await new RestAsker(other, bob.userId).ask('getChats', { userId: bob.userId })).ok,
    );
    await (await other.person(bob.userId)).ok('getChats', bob.userId);
  });

  it('until a moment says how long that is, in the answer to each command', async () => {
    const userId = world.newId();
    await application.ok('deactivateUser', { userId, until: new Date(Date.now() + 3_600_000).toISOString() });
    const stranger = await world.stranger();
    for (const answer of [
      await stranger.ask('userOnline', userId),
      await stranger.ask('sendMessage', { senderId: userId, receiverId: world.newId(), content: 'me' }),
      await new RestAsker(world, userId).ask('getChats', { userId }),
    ]) {
      const { error } = answer as { error: ErrorView };
      expect(error).toMatchObject({ code: 'DEACTIVATED', retryAfterMs: expect.any(Number) });
      expect(error.retryAfterMs).toBeGreaterThan(3_000_000);
      expect(error.retryAfterMs).toBeLessThanOrEqual(3_600_000);
    }
  });

  it('closes every direct chat that is opened at the same moment, and opens all when they are back', async () => {
    const bobId = world.newId();
    await (await world.person(bobId)).ok('getChats', bobId);
    const people = await Promise.all(
      Array.from({ length: 24 }, (_, i) => (i % 2 ? world : other).person(world.newId())),
    );
    const opening = people.map((person) =>
      person.ask('createChat', { user1Id: person.userId, user2Id: bobId }),
    );
    await application.ok('deactivateUser', { userId: bobId });
    await Promise.all(opening);
    const chats = await closed(bobId);
    expect(chats).toEqual(chats.map(() => true));
    // Against those who let them back and shut them out again: the last word counts.
    await Promise.all([
      application.ok('reactivateUser', { userId: bobId }),
      new RestAsker(other, 0).ok('deactivateUser', { userId: people[0]!.userId }),
    ]);
    await eventually(async () => {
      const rows = await world.sql<{ wrong: string }>(
        `SELECT 1 AS wrong FROM chats c WHERE c.type = 'direct' AND c.closed <> EXISTS (
           SELECT 1 FROM users u WHERE u.id IN (c."user1Id", c."user2Id") AND u.deactivated)`,
      );
      return rows.length === 0;
    });
    expect((await closed(bobId)).filter(Boolean)).toHaveLength((await closed(people[0]!.userId)).length);
  });

  it('is finished by another node when the one that began it dies, and when a chat was locked', async () => {
    const { alice, bob, chatId } = await world.pair();
    // As a node leaves it that dies after the commit.
    await world.sql('UPDATE users SET deactivated = true WHERE id = $1', [bob.userId]);
    await world.sql(`INSERT INTO deactivations ("userId", "markAt") VALUES ($1, now())`, [bob.userId]);
    await eventually(async () => (await closed(bob.userId)).every(Boolean));
    expect(await alice.refused('sendMessage', { chatId, content: 'hi' })).toBe('USER_DEACTIVATED');
    await eventually(() => !bob.socket.connected);

    const second = await world.pair();
    const holder = new pg.Client({ connectionString: world.config.database.url! });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM chats WHERE id = $1 FOR UPDATE', [second.chatId]);
    const view = await application.ok('deactivateUser', { userId: second.bob.userId });
    expect(view).toMatchObject({ deactivated: true });
    await eventually(() => !second.bob.socket.connected);
    await holder.query('COMMIT');
    await holder.end();
    await world.sql(
      `UPDATE deactivations SET "markAt" = now() WHERE "userId" = $1 AND "markAt" IS NOT NULL`,
      [second.bob.userId],
    );
    await eventually(async () => (await closed(second.bob.userId)).every(Boolean));
  });

  it('again replaces until and reason, keeps the time of the first, and each is in the audit', async () => {
    const userId = world.newId();
    const first = await application.ok('deactivateUser', { userId, reason: 'one' });
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const second = await application.ok('deactivateUser', { userId, reason: null, until });
    expect(second).toEqual({ ...first, reason: null, until });
    await application.ok('reactivateUser', { userId });
    // Nothing is left to do.
    await application.ok('reactivateUser', { userId });
    const entries = await application.ok<AuditEntryView[]>('getAudit', { userId });
    expect(entries.map(({ action, details }) => [action, details])).toEqual([
      ['userReactivated', {}],
      ['userDeactivated', { until, reason: null }],
      ['userDeactivated', { until: null, reason: 'one' }],
    ]);
    expect(await application.ok<UserView>('getUser', { id: userId })).toMatchObject({ deactivated: false });
  });

  it('is a command of the application, and refuses a time that has passed', async () => {
    const userId = world.newId();
    const asked = (input: object) => application.ask('deactivateUser', { userId, ...input });
    for (const input of [
      { until: new Date(Date.now() - 1_000).toISOString() },
      { until: 'tomorrow' },
      { until: 1_800_000_000 },
      { reason: ' ' },
      { reason: 'x'.repeat(501) },
      { reason: 'a\0b' },
      { reason: { $ne: 1 } },
      { userId: 0 },
      { userId: '1e3' },
    ]) {
      expect([input, await asked(input)]).toMatchObject([
        input,
        { ok: false, error: { code: 'VALIDATION_FAILED' } },
      ]);
    }
    const person = await world.person();
    const inHerName = new RestAsker(world, person.userId);
    for (const command of ['deactivateUser', 'reactivateUser'] as const) {
      expect(await inHerName.ask(command, { userId })).toMatchObject({ error: { code: 'FORBIDDEN' } });
      expect(await person.refused(command, { userId })).toBe('UNKNOWN_COMMAND');
    }
  });
});

describe("With another issuer's tokens, deactivating", () => {
  const key = newApiKey();
  let world: World;
  let server: KeyServer;
  let signer: Signer;
  beforeAll(async () => {
    [signer, server] = await Promise.all([Signer.of('first'), KeyServer.start()]);
    await server.show(signer);
    world = await World.start({
      AUTH: 'jwt',
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
      JWT_JWKS_URL: server.url,
      API_KEYS: key,
    });
  });
  afterAll(async () => {
    await world.stop();
    await server.stop();
  });

  it('refuses tokens that are issued afterwards as well, until they are let back', async () => {
    const sub = newName();
    const me = (token: string) => world.http.get('/auth/me').set(bearer(token));
    const early = await signer.sign({ sub });
    const { id } = (await me(early).expect(200)).body as AccountView;
    const by = { 'X-Api-Key': key };
    await world.http.post(`/users/${id}/deactivate`).set(by).expect(200);
    const late = await signer.sign({ sub, iat: Math.floor(Date.now() / 1_000) + 1 });
    for (const token of [early, late]) {
      expect((await me(token).expect(403)).body.error.code).toBe('DEACTIVATED');
      expect((await refusal(world, { token })).code).toBe('DEACTIVATED');
    }
    await world.http.post(`/users/${id}/reactivate`).set(by).expect(200);
    for (const token of [early, late]) await me(token).expect(200);
  });
});
