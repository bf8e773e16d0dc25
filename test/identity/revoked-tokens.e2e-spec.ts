import { SignJWT } from 'jose';
import type { AccountView, ErrorView, SessionView } from '../../src/contract/index.js';
import {
  bearer,
  loggedIn,
  mint,
  newApiKey,
  newName,
  ownAccounts,
  PASSWORD,
  refusal,
} from '../support/accounts.js';
import { AUDIENCE, ISSUER, KeyServer, Signer } from '../support/key-server.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { type Client, eventually, World } from '../support/world.js';

const key = newApiKey();

const me = (world: World, token: string) => world.http.get('/auth/me').set(bearer(token));

const login = async (world: World, username: string, password = PASSWORD): Promise<SessionView> =>
  (await world.http.post('/auth/login').send({ username, password }).expect(200)).body as SessionView;

const logout = (world: World, refreshToken: string, more = {}) =>
  world.http
    .post('/auth/logout')
    .send({ refreshToken, ...more })
    .expect(200);

const changePassword = async (
  world: World,
  token: string,
  currentPassword: string,
  newPassword: string,
): Promise<SessionView> =>
  (
    await world.http
      .post('/auth/password')
      .set(bearer(token))
      .send({ currentPassword, newPassword })
      .expect(200)
  ).body as SessionView;

/** The two ways in which the application ends what was issued before: with the sessions of this server, or not. */
const WHAT = ['tokens', 'sessions'] as const;

const revoke = (world: World, id: number, more = {}, what: (typeof WHAT)[number] = 'tokens') =>
  world.http.post(`/users/${id}/${what}/revoke`).set('X-Api-Key', key).send(more);

/** Soon refused at all nodes, on both edges, in the same way. */
async function refusedAt(worlds: readonly World[], token: string): Promise<void> {
  for (const world of worlds) {
    await eventually(async () => (await me(world, token)).status === 401);
    const { body } = await me(world, token).expect(401);
    expect(body.error.code).toBe('TOKEN_INVALID');
    expect(await refusal(world, { token })).toEqual(body.error);
  }
}

async function acceptedAt(worlds: readonly World[], userId: number, token: string): Promise<void> {
  for (const world of worlds) {
    await me(world, token).expect(200);
    (await world.bearer(userId, token)).close();
  }
}

/** The socket is told why, and then closed. */
async function endedOf(client: Client): Promise<void> {
  expect(await client.next<ErrorView>('exception')).toMatchObject({ command: null, code: 'TOKEN_INVALID' });
  await eventually(() => !client.socket.connected);
}

/** What holds for two nodes over one database, whether or not they can speak to each other. */
function revoking(nodes: () => readonly [World, World]): void {
  it('ends the access tokens and the sockets of all sessions when the password is changed', async () => {
    const [one, other] = nodes();
    const first = await loggedIn(one);
    const userId = first.user.id;
    const second = await login(other, first.user.username!);
    const clients = [
      await one.bearer(userId, first.accessToken),
      await one.bearer(userId, second.accessToken),
      await other.bearer(userId, second.accessToken),
    ];
    const fresh = await changePassword(one, first.accessToken, PASSWORD, 'another good one');
    await acceptedAt(nodes(), userId, fresh.accessToken);
    for (const client of clients) await endedOf(client);
    for (const { accessToken } of [first, second]) await refusedAt(nodes(), accessToken);
    await acceptedAt(nodes(), userId, fresh.accessToken);
  });

  it('takes the new tokens at once, however often the password changes within a second', async () => {
    const [one, other] = nodes();
    let session = await loggedIn(one);
    const before = [session.accessToken];
    for (let i = 0; i < 3; i++) {
      const [from, to] = [i === 0 ? PASSWORD : `good enough ${i - 1}`, `good enough ${i}`];
      session = await changePassword(i % 2 ? one : other, session.accessToken, from, to);
      await acceptedAt(nodes(), session.user.id, session.accessToken);
      before.push(session.accessToken);
    }
    before.pop();
    for (const token of before) await refusedAt(nodes(), token);
    await acceptedAt(nodes(), session.user.id, session.accessToken);
  });

  it('ends the access tokens and the sockets of one session when it logs out, and of no other', async () => {
    const [one, other] = nodes();
    const leaving = await loggedIn(one);
    const staying = await login(one, leaving.user.username!);
    const userId = leaving.user.id;
    const gone = await other.bearer(userId, leaving.accessToken);
    const here = await other.bearer(userId, staying.accessToken);
    await logout(one, leaving.refreshToken);
    await endedOf(gone);
    await refusedAt(nodes(), leaving.accessToken);
    await acceptedAt(nodes(), userId, staying.accessToken);
    await here.settled();
    expect(here.unread('exception')).toEqual([]);
  });

  it('ends what earlier refreshes of the session gave as well', async () => {
    const [one, other] = nodes();
    const first = await loggedIn(one);
    const { body } = await one.http
      .post('/auth/refresh')
      .send({ refreshToken: first.refreshToken })
      .expect(200);
    for (const { accessToken } of [first, body as SessionView])
      await acceptedAt(nodes(), first.user.id, accessToken);
    await logout(other, (body as SessionView).refreshToken);
    for (const { accessToken } of [first, body as SessionView]) await refusedAt(nodes(), accessToken);
  });

  it('ends everything of a user who logs out everywhere', async () => {
    const [one, other] = nodes();
    const first = await loggedIn(one);
    const userId = first.user.id;
    const second = await login(other, first.user.username!);
    const minted = await mint(one, key, { userId });
    const clients = [
      await one.bearer(userId, second.accessToken),
      await other.bearer(userId, minted.accessToken),
    ];
    await logout(one, first.refreshToken, { everywhere: true });
    for (const client of clients) await endedOf(client);
    for (const { accessToken } of [first, second, minted]) await refusedAt(nodes(), accessToken);
    await one.http.post('/auth/refresh').send({ refreshToken: second.refreshToken }).expect(401);
    const again = await login(other, first.user.username!);
    await acceptedAt(nodes(), userId, again.accessToken);
  });

  it('ends a session whose refresh token was used twice, with its access tokens', async () => {
    const [one, other] = nodes();
    const first = await loggedIn(one);
    const refresh = () => one.http.post('/auth/refresh').send({ refreshToken: first.refreshToken });
    const second = (await refresh().expect(200)).body as SessionView;
    const thief = await other.bearer(first.user.id, second.accessToken);
    await one.sql(
      `UPDATE sessions SET "refreshedAt" = "refreshedAt" - interval '31 seconds' WHERE "userId" = $1`,
      [first.user.id],
    );
    expect((await refresh().expect(401)).body.error.code).toBe('TOKEN_REUSED');
    await endedOf(thief);
    await refusedAt(nodes(), second.accessToken);
  });

  it.each(WHAT)('ends the tokens that the application has minted, when it revokes %s', async (what) => {
    const [one, other] = nodes();
    const minted = await mint(one, key);
    const bystander = await mint(one, key);
    const client = await other.bearer(minted.userId, minted.accessToken);
    const near = await other.bearer(bystander.userId, bystander.accessToken);
    const { body } = await revoke(one, minted.userId, {}, what).expect(200);
    expect(body).toMatchObject({ userId: minted.userId, ...(what === 'tokens' && { revoked: true }) });
    const fresh = await mint(one, key, { userId: minted.userId });
    await acceptedAt(nodes(), minted.userId, fresh.accessToken);
    await endedOf(client);
    await refusedAt(nodes(), minted.accessToken);
    await acceptedAt(nodes(), minted.userId, fresh.accessToken);
    await acceptedAt(nodes(), bystander.userId, bystander.accessToken);
    await near.settled();
    expect(near.unread('exception')).toEqual([]);
  });
}

const start = async (variables: Record<string, string>, more: Record<string, string> = {}) => {
  const one = await World.start(variables);
  return [one, await World.start({ ...variables, ...more, DATABASE_URL: one.config.database.url! })] as const;
};

describeWithRedis('Two nodes that know of each other', () => {
  let nodes: readonly [World, World];
  let redis: Redis;
  beforeAll(async () => {
    redis = await Redis.start();
    nodes = await start({ ...ownAccounts(), API_KEYS: key, REDIS_URL: redis.url });
  });
  afterAll(async () => {
    await nodes[1].stop();
    await nodes[0].stop();
    redis.close();
  });

  describe('revoking', () => revoking(() => nodes));

  describe('while Redis is away, revoking', () => {
    beforeAll(() => redis.close());
    revoking(() => nodes);
  });
});

describe('With AUTH=jwt, a node', () => {
  const variables = { ...ownAccounts(), API_KEYS: key };
  let world: World;
  beforeAll(async () => {
    world = await World.start(variables);
  });
  afterAll(() => world.stop());

  /** A token of this server that was issued long ago. */
  const old = (userId: number, daysAgo: number) => {
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ iss: 'chat-messaging-api', aud: 'chat-messaging-api', sub: String(userId) })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setIssuedAt(now - daysAgo * 86_400)
      .setExpirationTime(now + 600)
      .sign(Buffer.from(variables.JWT_SECRET));
  };

  it('that starts later refuses what was revoked before', async () => {
    const minted = await mint(world, key);
    await revoke(world, minted.userId).expect(200);
    const later = await World.start({ ...variables, DATABASE_URL: world.config.database.url! });
    await me(later, minted.accessToken).expect(401);
    expect((await refusal(later, { token: minted.accessToken })).code).toBe('TOKEN_INVALID');
    await later.stop();
  });

  it('that missed the news refuses a token at the latest when a socket connects with it', async () => {
    const { userId, accessToken } = await mint(world, key);
    await world.sql(
      `INSERT INTO token_bounds ("userId", generation, "changedAt") VALUES ($1, 1, now() - interval '3 days')`,
      [userId],
    );
    expect((await refusal(world, { token: accessToken })).code).toBe('TOKEN_INVALID');
    const client = await world.bearer(userId, (await mint(world, key, { userId })).accessToken);
    expect(await client.refused('authenticate', { token: accessToken })).toBe('TOKEN_INVALID');
  });

  it('asks the database about a token that is older than what it remembers', async () => {
    const { userId } = await mint(world, key);
    const [token, other] = [await old(userId, 20), await old((await mint(world, key)).userId, 20)];
    await me(world, token).expect(200);
    await world.sql(
      `INSERT INTO token_bounds ("userId", generation, "changedAt") VALUES ($1, 1, now() - interval '10 days')`,
      [userId],
    );
    await me(world, token).expect(401);
    await me(world, other).expect(200);
  });

  it('lets nobody end a session only by knowing its id', async () => {
    const { refreshToken, accessToken, user } = await loggedIn(world);
    const id = Buffer.from(refreshToken, 'base64url').subarray(0, 16);
    const invented = Buffer.concat([id, Buffer.alloc(32, 7)]).toString('base64url');
    const refresh = (token: string) => world.http.post('/auth/refresh').send({ refreshToken: token });
    expect((await refresh(invented).expect(401)).body.error.code).toBe('TOKEN_INVALID');
    await logout(world, invented);
    await logout(world, invented, { everywhere: true });
    await acceptedAt([world], user.id, accessToken);
    await refresh(refreshToken).expect(200);
  });

  it('ends the session of a refresh token that is used twice, and never all sessions', async () => {
    const first = await loggedIn(world);
    const other = await login(world, first.user.username!);
    await world.http.post('/auth/refresh').send({ refreshToken: first.refreshToken }).expect(200);
    await logout(world, first.refreshToken, { everywhere: true });
    await refusedAt([world], first.accessToken);
    await acceptedAt([world], first.user.id, other.accessToken);
  });

  it('ends only what was issued before the time that the application names', async () => {
    const { userId, accessToken } = await mint(world, key);
    const before = await old(userId, 2);
    await revoke(world, userId, { before: new Date(Date.now() - 86_400_000).toISOString() }).expect(200);
    await refusedAt([world], before);
    await acceptedAt([world], userId, accessToken);
  });

  it('refuses to revoke for a user that does not exist, and before a time to come', async () => {
    const { body } = await revoke(world, 900_000_000).expect(404);
    expect(body.error.code).toBe('NOT_FOUND');
    const { userId, accessToken } = await mint(world, key);
    const before = new Date(Date.now() + 3_600_000).toISOString();
    const refused = await revoke(world, userId, { before }).expect(400);
    expect(refused.body.error.details[0].path).toBe('before');
    await me(world, accessToken).expect(200);
  });

  it('forgets ended sessions when their tokens have expired', async () => {
    const { user, refreshToken } = await loggedIn(world);
    await logout(world, refreshToken);
    await world.sql(`UPDATE ended_sessions SET "endedAt" = now() - interval '2 days'`);
    const later = await World.start({ ...variables, DATABASE_URL: world.config.database.url! });
    await eventually(
      async () =>
        (await world.sql('SELECT id FROM ended_sessions WHERE "userId" = $1', [user.id])).length === 0,
    );
    await later.stop();
  });
});

describe("With another issuer's tokens, a node", () => {
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

  const now = () => Math.floor(Date.now() / 1_000);
  const idOf = async (token: string) => ((await me(world, token).expect(200)).body as AccountView).id;

  it.each(WHAT)(
    'ends them and their sockets when the application revokes %s, those of this second too',
    async (what) => {
      const sub = newName();
      const token = await signer.sign({ sub });
      const id = await idOf(token);
      const client = await world.bearer(id, token);
      await revoke(world, id, {}, what).expect(200);
      await endedOf(client);
      await refusedAt([world], token);
      await acceptedAt([world], id, await signer.sign({ sub, iat: now() + 1 }));
    },
  );

  it('refuses those that do not say when they were issued, once tokens of their user were revoked', async () => {
    const sub = newName();
    const silent = await signer.sign({ sub, iat: undefined });
    const id = await idOf(silent);
    await revoke(world, id, { before: new Date(Date.now() - 3_600_000).toISOString() }).expect(200);
    await refusedAt([world], silent);
    await acceptedAt([world], id, await signer.sign({ sub }));
  });
});
