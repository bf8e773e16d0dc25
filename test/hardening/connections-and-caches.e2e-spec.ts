import diagnostics from 'node:diagnostics_channel';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { pause } from '../support/time.js';
import { eventually, World } from '../support/world.js';

/** Longer than Node keeps a connection by itself, and than the headers of a request may take. */
const IDLE_MS = 14_000;

const ORIGIN = 'http://localhost:5173';

const places = ({ app }: World) =>
  [
    [app.httpPort, '/health/live'],
    [app.socketPort, '/socket.io/?EIO=4&transport=polling'],
  ] as const;

/** Sends the headers of a request byte by byte without end. Resolves when the server closes the connection. */
function headersByteByByte(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  const writing = setInterval(() => socket.write('x'), 500);
  return new Promise((resolve) => {
    socket
      .resume()
      .on('error', () => undefined)
      .once('close', () => {
        clearInterval(writing);
        resolve();
      });
  });
}

describe('Between requests', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('connections are kept for longer than balancers keep theirs, on both ports, but not for slow headers', async () => {
    const slow = places(world).map(([port]) => headersByteByByte(port));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const get = (port: number, path: string) =>
      new Promise<{ reused: boolean; headers: IncomingHttpHeaders }>((resolve, reject) => {
        const asking = request({ host: '127.0.0.1', port, path, agent }, (response) => {
          response
            .resume()
            .once('end', () => resolve({ reused: asking.reusedSocket, headers: response.headers }));
        });
        asking.once('error', reject).end();
      });
    const sockets = new Map<number, Socket>();
    const note = (message: unknown) => {
      const { socket } = message as { socket: Socket };
      sockets.set(socket.localPort!, socket);
    };
    diagnostics.subscribe('http.server.response.finish', note);
    for (const [port, path] of places(world)) {
      expect((await get(port, path)).headers['keep-alive']).toBe('timeout=65');
      // It is no promise alone: Node closes it no sooner. What it waits for is set once it has sent all of the answer.
      await eventually(() => (sockets.get(port)?.timeout ?? 0) >= 65_000);
    }
    diagnostics.unsubscribe('http.server.response.finish', note);
    await pause(IDLE_MS);
    for (const [port, path] of places(world)) expect((await get(port, path)).reused).toBe(true);
    agent.destroy();
    // Begun before the pause: by now they are over, if headers are bounded at all.
    await Promise.all(slow);
  });

  it('answers that may be private are kept by no cache', async () => {
    const { httpPort } = world.app;
    const cached = async (path: string, init: RequestInit = {}) =>
      (await fetch(`http://127.0.0.1:${httpPort}${path}`, init)).headers.get('cache-control');
    for (const path of ['/chats/user/1', '/users', '/chats/x', '/nowhere', '/health/ready']) {
      expect({ path, cached: await cached(path) }).toEqual({ path, cached: 'private, no-store' });
    }
    expect(await cached('/chats', { method: 'POST', body: '{' })).toBe('private, no-store');
    expect(await cached('/docs/openapi.json')).not.toBe('private, no-store');
  });

  it('pages may read the id of a request and when to come again, and keep the answer to a preflight', async () => {
    const headers = { origin: ORIGIN, 'access-control-request-method': 'PATCH' };
    const [url] = [`http://127.0.0.1:${world.app.httpPort}/chats/1`];
    const preflight = await fetch(url, { method: 'OPTIONS', headers });
    expect(preflight.headers.get('access-control-max-age')).toBe('7200');
    const answer = await fetch(`${url}/x`, { headers: { origin: ORIGIN } });
    const exposed = answer.headers.get('access-control-expose-headers')?.split(',');
    expect(exposed).toEqual(expect.arrayContaining(['X-Request-Id', 'Retry-After', 'RateLimit-Remaining']));
    const handshake = await fetch(`${world.socketUrl}/socket.io/?EIO=4&transport=polling`, {
      method: 'OPTIONS',
      headers,
    });
    expect(handshake.headers.get('access-control-max-age')).toBe('7200');
  });
});
