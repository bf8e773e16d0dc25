import {
  MAX_CONTENT_LENGTH,
  MAX_MEMBERS,
  METADATA,
  serverConfigView,
  type ServerConfigView,
} from '../../src/contract/index.js';
import { version } from '../../src/common/version.js';
import { newApiKey, ownAccounts } from '../support/accounts.js';
import { AUDIENCE, ISSUER } from '../support/key-server.js';
import { World } from '../support/world.js';

const worlds: World[] = [];
const start = async (variables: Record<string, string> = {}): Promise<World> => {
  const world = await World.start(variables);
  worlds.push(world);
  return world;
};
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

const read = (world: World) => world.http.get('/config').set('Host', 'localhost');
const configOf = async (world: World) => (await read(world).expect(200)).body as ServerConfigView;

describe('GET /config', () => {
  it('says in open mode what the server is', async () => {
    const config = await configOf(await start());
    expect(serverConfigView.strict().parse(config)).toEqual(config);
    expect(config).toMatchObject({
      name: 'Chat',
      version,
      protocol: 1,
      auth: 'open',
      accounts: false,
      registration: false,
      features: [],
      socket: { url: null, path: '/socket.io/' },
      imageOrigins: [],
    });
  });

  it('says the limits as they stand, and null for no rates', async () => {
    const { limits } = await configOf(
      await start({
        RATE_LIMITS: 'on',
        RATE_LIMIT_MESSAGES: '7/3s',
        RATE_LIMIT_TYPING: '9/m',
        RECEIPTS_PUSHED_UP_TO: '20',
      }),
    );
    expect(limits).toMatchObject({
      contentLength: MAX_CONTENT_LENGTH,
      metadata: METADATA,
      members: MAX_MEMBERS,
      payloadBytes: 128 * 1024,
      receiptsPushedUpTo: 20,
      pageSizes: { getMessages: 100, getChats: 500, getMembers: 1_000 },
      rates: { message: { most: 7, withinMs: 3_000 }, typing: { most: 9, withinMs: 60_000 } },
    });
    expect((await configOf(await start())).limits.rates).toBeNull();
  });

  it('needs no credentials with AUTH=jwt, and says what a client can do there', async () => {
    const key = newApiKey();
    const secrets = { ...ownAccounts(), API_KEYS: key };
    const answer = await read(await start(secrets)).expect(200);
    const config = answer.body as ServerConfigView;
    expect(config).toMatchObject({ auth: 'jwt', accounts: true, registration: true });
    expect(config.features).toEqual(['accounts', 'refreshCookie', 'registration']);
    for (const secret of [key, secrets.JWT_SECRET]) expect(answer.text).not.toContain(secret);
    const closed = await configOf(await start({ ...ownAccounts(), REGISTRATION: 'closed' }));
    expect(closed).toMatchObject({
      accounts: true,
      registration: false,
      features: ['accounts', 'refreshCookie'],
    });
  });

  it('says that tokens of another issuer go with no accounts here', async () => {
    const config = await configOf(
      await start({
        AUTH: 'jwt',
        JWT_ISSUER: ISSUER,
        JWT_AUDIENCE: AUDIENCE,
        JWT_JWKS_URL: 'http://127.0.0.1:9/keys',
      }),
    );
    expect(config).toMatchObject({ auth: 'jwt', accounts: false, registration: false, features: [] });
  });

  it('says what the operator has set', async () => {
    const world = await start({
      SERVER_NAME: 'Harbour chat',
      SOCKET_URL: 'https://sockets.example.com/',
      IMAGE_ORIGINS: 'https://images.example.com, http://cdn.example.com:8080',
    });
    expect(await configOf(world)).toMatchObject({
      name: 'Harbour chat',
      socket: { url: 'https://sockets.example.com' },
      imageOrigins: ['https://images.example.com', 'http://cdn.example.com:8080'],
    });
  });

  it('may be kept for a minute, also by what stands between, and names the origin it was made for', async () => {
    const world = await start({ ALLOWED_ORIGINS: 'https://app.example.com' });
    const answer = await read(world).set('Origin', 'https://app.example.com').expect(200);
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=60',
      'access-control-allow-origin': 'https://app.example.com',
      vary: expect.stringContaining('Origin'),
    });
    await read(world).set('If-None-Match', answer.headers.etag!).expect(304);
  });

  it('counts for its address', async () => {
    const world = await start({ RATE_LIMITS: 'on', RATE_LIMIT_ADDRESS: '3/1m' });
    for (let i = 0; i < 3; i++) await read(world).expect(200);
    const { body, headers } = await read(world).expect(429);
    expect(body).toMatchObject({ error: { code: 'RATE_LIMITED', details: { limit: 'address commands' } } });
    expect(headers['cache-control']).toBe('private, no-store');
  });
});
