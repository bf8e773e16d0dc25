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
    world = await World.start({ ALLOWED_ORIGINS: `${OURS},http://localhost:5173` });
  });
  afterAll(() => world.stop());

  it.each([OURS, 'http://localhost:5173', undefined])('%s may connect', async (origin) => {
    expect(await mayConnect(world, origin)).toEqual([true, true]);
  });

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

describe('Without ALLOWED_ORIGINS', () => {
  it('every page may connect and read, but without cookies', async () => {
    const world = await World.start();
    expect(await mayConnect(world, 'https://evil.example')).toEqual([true, true]);
    const { headers } = await world.http.get('/users/online').set('Origin', 'https://evil.example');
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-credentials']).toBeUndefined();
    await world.stop();
  });
});
