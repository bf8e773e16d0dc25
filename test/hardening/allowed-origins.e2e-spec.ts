import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { World } from '../support/world.js';

const OURS = 'https://app.example';

/** Whether a page of that origin gets a connection, over each transport. */
async function mayConnect(
  world: World,
  origin: string | undefined,
): Promise<[websocket: boolean, polling: boolean]> {
  const headers: Record<string, string> = origin === undefined ? {} : { origin };
  const ws = new WebSocket(`${world.socketUrl.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    headers,
  });
  const opened = await Promise.race([
    once(ws, 'open').then(() => true),
    once(ws, 'error').then(() => false),
  ]).catch(() => false);
  ws.on('error', () => undefined);
  ws.terminate();
  const polling = await fetch(`${world.socketUrl}/socket.io/?EIO=4&transport=polling`, { headers });
  const body = await polling.text();
  expect(polling.status).toBe(body.startsWith('0{"sid"') ? 200 : 403);
  return [opened, polling.status === 200];
}

describe('With ALLOWED_ORIGINS', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ALLOWED_ORIGINS: `${OURS},http://localhost:5173,capacitor://localhost` });
  });
  afterAll(() => world.stop());

  it.each([OURS, 'http://localhost:5173', 'capacitor://localhost', undefined])(
    '%s may connect',
    async (origin) => {
      expect(await mayConnect(world, origin)).toEqual([true, true]);
    },
  );

  it.each([
    'https://evil.example',
    'null',
    '',
    '*',
    'http://app.example',
    'https://app.example:8443',
    'https://app.example.',
    'https://app.example/',
    'https://app.example.evil.example',
    'https://evilapp.example',
    'https://sub.app.example',
    'HTTPS://APP.EXAMPLE',
    'http://localhost',
    'http://localhost:5174',
    'https://app.example, https://evil.example',
    'file://',
  ])('the origin %j may not connect, over either transport', async (origin) => {
    expect(await mayConnect(world, origin)).toEqual([false, false]);
  });

  it('pages of these origins may read over REST, and no others; never with cookies', async () => {
    const asked = async (origin: string) => {
      const plain = await world.http.get('/users/online').set('Origin', origin);
      const preflight = await world.http
        .options('/chats')
        .set('Origin', origin)
        .set('Access-Control-Request-Method', 'DELETE')
        .set('Access-Control-Request-Headers', 'content-type,authorization');
      for (const { headers } of [plain, preflight]) {
        expect(headers['access-control-allow-credentials']).toBeUndefined();
        expect(headers.vary).toContain('Origin');
      }
      return [plain, preflight].map(({ headers }) => headers['access-control-allow-origin']);
    };
    expect(await asked(OURS)).toEqual([OURS, OURS]);
    for (const foreign of [
      'https://evil.example',
      'null',
      'https://app.example:8443',
      'HTTPS://APP.EXAMPLE',
    ]) {
      expect(await asked(foreign)).toEqual([undefined, undefined]);
    }
  });
});

describe('With ALLOWED_ORIGINS=none', () => {
  it('no page may connect, and a client that is no browser may', async () => {
    const world = await World.start({ ALLOWED_ORIGINS: 'none' });
    expect(await mayConnect(world, OURS)).toEqual([false, false]);
    expect(await mayConnect(world, 'null')).toEqual([false, false]);
    expect(await mayConnect(world, undefined)).toEqual([true, true]);
    await world.stop();
  });
});

describe('With ALLOWED_ORIGINS=*', () => {
  it('every page may connect and read, but without cookies', async () => {
    const world = await World.start({ ALLOWED_ORIGINS: '*' });
    expect(await mayConnect(world, 'https://evil.example')).toEqual([true, true]);
    expect(await mayConnect(world, 'null')).toEqual([true, true]);
    const { headers } = await world.http.get('/users/online').set('Origin', 'https://evil.example');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    await world.stop();
  });
});

describe('Without ALLOWED_ORIGINS, in open mode', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it.each([
    'http://localhost:5173',
    'https://localhost',
    'http://127.0.0.1:8080',
    'http://[::1]:3000',
    undefined,
  ])('%s may connect and read', async (origin) => {
    expect(await mayConnect(world, origin)).toEqual([true, true]);
    const { headers } = await world.http
      .get('/users/online')
      .set(origin === undefined ? {} : { origin })
      .expect(200);
    expect(headers['access-control-allow-origin']).toBe(origin);
  });

  it.each([
    'https://evil.example',
    'null',
    '',
    'http://localhost.evil.example',
    'http://evil.example:3000',
    'http://localhost:3000@evil.example',
    'http://127.0.0.1.evil.example',
    'http://192.168.1.20:5173',
    'http://sub.localhost:5173',
    'ftp://localhost',
    'http://localhost:5173,https://evil.example',
  ])('the origin %j may neither connect nor read', async (origin) => {
    expect(await mayConnect(world, origin)).toEqual([false, false]);
    const { headers } = await world.http.get('/users/online').set({ origin }).expect(403);
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(headers.vary).toContain('Origin');
  });

  it('the refusal says what to set, and for a page from a file that it cannot be named', async () => {
    const { body } = await world.http.get('/chats/1').set('Origin', 'https://evil.example');
    expect(body).toEqual({
      error: {
        code: 'FORBIDDEN',
        message: expect.stringContaining('add the origin to its ALLOWED_ORIGINS'),
        details: { variable: 'ALLOWED_ORIGINS' },
      },
    });
    const handshake = await fetch(`${world.socketUrl}/socket.io/?EIO=4&transport=polling`, {
      headers: { origin: 'null' },
    });
    expect(await handshake.json()).toMatchObject({
      error: { code: 'FORBIDDEN', message: expect.stringMatching(/http:\/\/localhost.*ALLOWED_ORIGINS=\*/) },
    });
  });
});

describe('With AUTH=jwt, where a page can do nothing without a token,', () => {
  const jwt = { AUTH: 'jwt', JWT_SECRET: randomBytes(48).toString('base64') };
  const evil = 'https://evil.example';

  it('every page may ask without ALLOWED_ORIGINS, by every name', async () => {
    const world = await World.start(jwt);
    await world.http
      .get('/auth/me')
      .set('Origin', evil)
      .expect(401)
      .expect('access-control-allow-origin', '*');
    await world.http.get('/health').set('Host', 'chat.example.com').expect(200);
    expect(await mayConnect(world, evil)).toEqual([true, true]);
    await world.stop();
  });

  it('only the named ones may with it, and those of this server itself', async () => {
    const world = await World.start({ ...jwt, ALLOWED_ORIGINS: OURS });
    const login = (origin: string) =>
      world.http
        .post('/auth/login')
        .set({ host: 'chat.example.com', origin })
        .send({ username: 'nobody', password: 'nothing at all' });
    await login(OURS).expect(401);
    await login('https://chat.example.com').expect(401);
    await login(evil).expect(403);
    expect(await mayConnect(world, evil)).toEqual([false, false]);
    expect(await mayConnect(world, world.socketUrl)).toEqual([true, true]);
    await world.stop();
  });
});
