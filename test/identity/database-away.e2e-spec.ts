import type { ErrorView } from '../../src/contract/index.js';
import { bearer, mint, newApiKey, ownAccounts, PASSWORD, refusalOrLater } from '../support/accounts.js';
import { freshDatabase } from '../support/cluster.js';
import { Proxy } from '../support/proxy.js';
import { inTime } from '../support/time.js';
import { eventually, World } from '../support/world.js';

describe('With AUTH=jwt and a database that does not answer', () => {
  const key = newApiKey();
  let world: World;
  let proxy: Proxy;
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    proxy = await Proxy.before(database.url);
    world = await World.start({ ...ownAccounts(), API_KEYS: key, DATABASE_URL: proxy.url });
  });
  afterAll(async () => {
    await proxy.close();
    await world.stop();
    await drop();
  });
  afterEach(async () => {
    proxy.resume();
    await eventually(async () => (await world.http.get('/health/ready')).status === 200);
  });

  it('everybody is told so in time, let in by nothing, and served again when it does', async () => {
    const { userId, accessToken } = await mint(world, key);
    const account = { username: 'somebody', password: PASSWORD };
    const { body: session } = await world.http.post('/auth/register').send(account).expect(201);
    const client = await world.bearer(userId, accessToken);
    await client.settled();

    proxy.freeze();
    const coming = refusalOrLater(world, { token: accessToken });
    const codes = await inTime(
      Promise.all([
        client.refused('sync', {}),
        ...[
          world.http.post('/auth/login').send(account),
          world.http.post('/auth/register').send({ ...account, username: 'another' }),
          world.http.post('/auth/refresh').send({ refreshToken: session.refreshToken }),
          world.http.post('/auth/tokens').set('X-Api-Key', key).send({ externalId: 'new' }),
          world.http.get('/auth/me').set(bearer(accessToken)),
        ].map(async (asking) => ((await asking).body as { error: ErrorView }).error.code),
      ]),
    );
    // Whoever waited for another's password to be looked up is told that there are too many.
    for (const code of codes) expect(['UNAVAILABLE', 'OVERLOADED']).toContain(code);

    expect(await coming).toBe('later');

    proxy.resume();
    await eventually(async () => (await world.http.get('/auth/me').set(bearer(accessToken))).status === 200);
    await client.ok('getOnlineUsers');
    (await world.bearer(userId, accessToken)).close();
  });
});
