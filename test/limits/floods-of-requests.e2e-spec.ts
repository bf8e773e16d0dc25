import pg from 'pg';
import { MOST_SERVED } from '../../src/common/http/admission.js';
import { MOST_REFUSALS, MOST_REQUESTS, MOST_UNANSWERED } from '../../src/common/http/http-connection.js';
import { newApiKey, ownAccounts } from '../support/accounts.js';
import { countRequests, Pipeline, requestLine } from '../support/pipelining.js';
import { RawHttp } from '../support/raw-http.js';
import { RawPolling } from '../support/raw-socket.js';
import { LONGEST_AS_JSON } from '../support/texts.js';
import { eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

const limited = (variables: Record<string, string>) => World.start({ RATE_LIMITS: 'on', ...variables });

/** The status of a GET on a connection of its own. */
const statusOf = async (port: number, path: string, headers: Record<string, string> = {}) =>
  (await new RawHttp(port).ask({ path, headers })).status;

describe('A flood of pipelined requests without credentials', () => {
  let world: World;
  beforeAll(async () => {
    world = await limited({ ...ownAccounts(), API_KEYS: newApiKey(), TRUST_PROXY: '1' });
  });
  afterAll(() => world.stop());

  const FLOOD = { connections: 40, requests: 2_500 };
  const from = (address: string) => `X-Forwarded-For: ${address}`;

  /** Floods a port, and asks as somebody else meanwhile; how many requests of the flood the server looked at. */
  async function flood(port: number, path: string): Promise<{ lookedAt: number; answers: number[][] }> {
    const counted = countRequests();
    const bytes = requestLine(path, 'GET', from('203.0.113.66')).repeat(FLOOD.requests);
    const pipelines: Pipeline[] = [];
    let asked = 0;
    for (let i = 0; i < FLOOD.connections; i++) {
      const pipeline = await Pipeline.open(port);
      pipeline.send(bytes);
      pipelines.push(pipeline);
      if (i % 10 > 0) continue;
      const bystander = { 'X-Forwarded-For': '203.0.113.1' };
      expect(await statusOf(world.app.httpPort, '/health/live', bystander)).toBe(200);
      expect(await statusOf(world.app.httpPort, '/health/ready')).toBe(200);
      expect(await statusOf(world.app.httpPort, '/users', bystander)).toBe(401);
      asked += 3;
    }
    await Promise.all(pipelines.map(({ closed }) => closed));
    counted.stop();
    return { lookedAt: counted.count - asked, answers: pipelines.map(({ statuses }) => statuses) };
  }

  it('ends each connection after a few answers; what it sent beyond is not looked at, and others are answered', async () => {
    const { lookedAt, answers } = await flood(world.app.httpPort, '/users');
    expect(lookedAt).toBeLessThanOrEqual(FLOOD.connections * MOST_REFUSALS);
    for (const statuses of answers) {
      expect(statuses.length).toBeLessThanOrEqual(MOST_REFUSALS);
      expect(new Set([401, ...statuses])).toEqual(new Set([401]));
    }
  });

  it('ends each connection on the port of sockets as well', async () => {
    const { lookedAt, answers } = await flood(world.app.socketPort, '/elsewhere');
    expect(lookedAt).toBeLessThanOrEqual(FLOOD.connections * (MOST_UNANSWERED + 1));
    for (const statuses of answers) expect(statuses.length).toBeLessThanOrEqual(MOST_UNANSWERED);
  });
});

describe('A refused request', () => {
  it.each([
    ['PORT', '/users/online'],
    ['SOCKET_PORT', '/elsewhere'],
  ] as const)(
    'is answered on %s so that pages can read it, and the fifth ends its connection',
    async (port, path) => {
      const world = await limited({ RATE_LIMIT_ADDRESS: '1/1h', ALLOWED_ORIGINS: 'https://app.example' });
      const { httpPort, socketPort } = world.app;
      const at = port === 'PORT' ? httpPort : socketPort;
      await statusOf(at, path);
      const pipeline = await Pipeline.open(at);
      for (let i = 1; i <= MOST_REFUSALS; i++) {
        expect(pipeline.text).not.toMatch(/Connection: close/i);
        pipeline.send(requestLine(path, 'GET', 'Origin: https://app.example'));
        await eventually(() => pipeline.statuses.length === i);
      }
      await pipeline.closed;
      expect(pipeline.statuses).toEqual(Array(MOST_REFUSALS).fill(429));
      expect(pipeline.text).toMatch(/\r\nRetry-After: \d+\r\n/);
      expect(pipeline.text).toMatch(/\r\nAccess-Control-Allow-Origin: https:\/\/app\.example\r\n/);
      expect(pipeline.text).toMatch(
        /\{"error":\{"code":"RATE_LIMITED",.*"details":\{"limit":"address commands"\}/,
      );
      await world.stop();
    },
  );

  it('is not read when its body is large: the connection ends', async () => {
    const world = await limited({ RATE_LIMIT_ADDRESS: '1/1h' });
    await statusOf(world.app.httpPort, '/users/online');
    for (const length of ['Content-Length: 100000', 'Transfer-Encoding: chunked']) {
      const pipeline = await Pipeline.open(world.app.httpPort);
      pipeline.send(requestLine('/chats', 'POST', 'Content-Type: application/json', length));
      await pipeline.closed;
      expect(pipeline.statuses).toEqual([429]);
    }
    await world.stop();
  });

  it('can take any form: with an expectation, without a host, for a preflight', async () => {
    const world = await limited({ RATE_LIMIT_ADDRESS: '4/1h' });
    const { httpPort } = world.app;
    const tell = (bytes: string) => new RawHttp(httpPort).tell(bytes);
    const end = 'Connection: close';
    expect(await tell(requestLine('/users/online', 'GET', 'Expect: much', end))).toMatch(/^HTTP\/1\.1 417 /);
    expect(await tell('GET /users/online HTTP/1.1\r\n\r\n'.repeat(1_000))).toMatch(
      /^HTTP\/1\.1 400 .*\{"error":\{"code":"VALIDATION_FAILED"[^{]*\{[^{]*\}\]\}\}$/s,
    );
    expect(await tell(requestLine('/users/online', 'OPTIONS', end))).toMatch(/^HTTP\/1\.1 204 /);
    expect(await tell(requestLine('/nowhere', 'PUT', end))).toMatch(/^HTTP\/1\.1 404 /);
    expect(await tell(requestLine('/users/online', 'GET', 'Expect: 100-continue', end))).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
    );
    for (const bytes of [
      requestLine('/users/online', 'GET', 'Expect: much', end),
      requestLine('/users/online', 'GET', 'Expect: 100-continue', end),
      requestLine('/users/online', 'OPTIONS', end),
      requestLine('/nowhere', 'PUT', end),
    ])
      expect(await tell(bytes)).toMatch(/^HTTP\/1\.1 429 /);
    await world.stop();
  });
});

describe('Requests of one connection', () => {
  it('are answered in their order, when they are few', async () => {
    const world = await World.start();
    const pipeline = await Pipeline.open(world.app.httpPort);
    const paths = ['/health/ready', '/users/online', '/nowhere', '/health/live', '/chats/x'];
    pipeline.send(paths.map((path) => requestLine(path)).join(''));
    await eventually(() => pipeline.statuses.length === 5);
    expect(pipeline.statuses).toEqual([200, 200, 404, 200, 400]);
    expect(pipeline.isOpen).toBe(true);
    pipeline.close();
    await world.stop();
  });

  it('end it when too many are unanswered', async () => {
    const world = await World.start();
    const counted = countRequests();
    for (const [port, path] of [
      [world.app.httpPort, '/users/online'],
      [world.app.socketPort, '/socket.io/?EIO=4&transport=polling'],
    ] as const) {
      const before = counted.count;
      const pipeline = await Pipeline.open(port);
      pipeline.send(requestLine(path).repeat(1_000));
      await pipeline.closed;
      expect(counted.count - before).toBe(MOST_UNANSWERED + 1);
    }
    counted.stop();
    await world.stop();
  });

  /** What a sync counts for. */
  const SYNC_COST = 5;

  it('are served one after the other, so that unread answers do not pile up', async () => {
    const world = await limited({ RATE_LIMIT_OTHER: '1000/1h', RATE_LIMIT_BYTES: '100mb/1m' });
    const { alice, chatId } = await world.pair();
    for (let i = 0; i < 40; i += 10) {
      const contents = Array.from({ length: 10 }, () => LONGEST_AS_JSON);
      await Promise.all(contents.map((content) => alice.ok('sendMessage', { chatId, content })));
    }
    const left = async () => {
      const { headers } = await world.http.get('/users/blocks').set('X-User-Id', String(alice.userId));
      return Number(headers['ratelimit-remaining']);
    };
    const before = await left();
    const deaf = await Pipeline.open(world.app.httpPort);
    deaf.pause();
    // Up to 2 MiB each: smaller answers fit into the system's buffers.
    const body = JSON.stringify({ versions: {}, messages: 40, userId: alice.userId });
    const sync = requestLine(
      '/sync',
      'POST',
      `X-User-Id: ${alice.userId}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    );
    deaf.send(`${sync}${body}`.repeat(MOST_UNANSWERED));
    await eventually(async () => (await left()) < before - 2);
    // None of them is served out of turn: the others wait for somebody who reads.
    let [served, looks] = [0, 0];
    await eventually(async () => {
      const now = (before - (await left()) - ++looks) / SYNC_COST;
      const isSteady = now === served;
      served = now;
      return isSteady;
    });
    expect(served).toBeLessThan(MOST_UNANSWERED);
    deaf.resume();
    await eventually(() => deaf.statuses.length === MOST_UNANSWERED);
    expect(new Set(deaf.statuses)).toEqual(new Set([200]));
    deaf.close();
    await world.stop();
  });

  it('are limited in number, and the last answer says so', async () => {
    const world = await World.start();
    const pipeline = await Pipeline.open(world.app.httpPort);
    for (let sent = 0; sent < MOST_REQUESTS; sent += MOST_UNANSWERED) {
      expect(pipeline.text).not.toMatch(/Connection: close/i);
      pipeline.send(requestLine('/health/live').repeat(MOST_UNANSWERED));
      await eventually(() => pipeline.statuses.length === sent + MOST_UNANSWERED);
    }
    await pipeline.closed;
    expect(pipeline.text.match(/Connection: close/gi)).toHaveLength(1);
    await world.stop();
  });
});

describe('Requests of one address', () => {
  it('are served a few at once, on however many connections they come; those of others do not wait for them', async () => {
    const world = await limited({ RATE_LIMIT_OTHER: '1000/1h', TRUST_PROXY: '1' });
    const { alice, chatId } = await world.pair();
    const { httpPort } = world.app;
    const as = (address: string) => ({ 'X-Forwarded-For': address, 'X-User-Id': String(alice.userId) });
    // Each look is counted as well: it costs 5.
    let looks = 0;
    const left = async () => {
      looks++;
      const { headers } = await new RawHttp(httpPort).ask({
        path: '/users/online',
        headers: as('203.0.113.1'),
      });
      return Number(headers['ratelimit-remaining']) + 5 * looks;
    };
    const lock = new pg.Client({ connectionString: world.config.database.url! });
    await lock.connect();
    await lock.query('BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE');
    const before = await left();
    const asking = Array.from({ length: 3 * MOST_SERVED }, () =>
      statusOf(httpPort, `/chats/${chatId}/messages`, as('203.0.113.66')),
    );
    await eventually(async () => before - (await left()) > MOST_SERVED);
    // All have come, and those that wait in line have not been counted for her.
    expect(before - (await left())).toBeLessThan(2 * MOST_SERVED);
    await lock.query('COMMIT');
    await lock.end();
    // Those whose time has run out meanwhile are told so.
    for (const status of await Promise.all(asking)) expect([200, 503]).toContain(status);
    await world.stop();
  });
});

describe('On the port of sockets', () => {
  it('everything counts for its address: unknown sessions, bad transports, other paths, the polls of a session', async () => {
    const world = await limited({ RATE_LIMIT_ADDRESS: '10/1h', TRUST_PROXY: '1' });
    const { socketPort } = world.app;
    const polling = await RawPolling.connect(world.socketUrl);
    const io = '/socket.io/?EIO=4&transport=';
    const http = new RawHttp(socketPort);
    const flood = { 'X-Forwarded-For': '203.0.113.66' };
    const ask = async (method: string, path: string) =>
      (await http.ask({ method, path, headers: flood })).status;
    expect(await ask('GET', `${io}polling&sid=nobody`)).toBe(400);
    expect(await ask('POST', `${io}polling&sid=nobody`)).toBe(400);
    expect(await ask('GET', `${io}polling&%73id=nobody`)).toBe(400);
    expect(await ask('POST', `${io}polling`)).toBe(400);
    expect(await ask('OPTIONS', `${io}polling`)).toBe(204);
    expect(await ask('GET', '/elsewhere')).toBe(404);
    const upgrade = (path: string) =>
      http.tell(
        requestLine(
          path,
          'GET',
          'X-Forwarded-For: 203.0.113.66',
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
        ),
      );
    expect(await upgrade(`${io}websocket&sid=nobody`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await upgrade('/elsewhere')).toBe('');
    expect((await polling.post('3', flood)).status).toBe(200);
    expect((await polling.post('3', flood)).status).toBe(200);
    for (const path of [`${io}polling&sid=nobody`, '/elsewhere']) {
      expect(await ask('GET', path)).toBe(429);
      expect(await upgrade(path)).toMatch(/^HTTP\/1\.1 429 .*"code":"RATE_LIMITED"/s);
    }
    expect((await polling.post('3', flood)).status).toBe(429);
    await polling.close();
    await world.stop();
  });

  it('what looks like a handshake and is none counts as one', async () => {
    const world = await limited({ RATE_LIMIT_HANDSHAKES: '3/1h', ALLOWED_ORIGINS: 'https://app.example' });
    const { socketPort } = world.app;
    const io = '/socket.io/?EIO=4&transport=';
    expect(await statusOf(socketPort, `${io}pigeon`)).toBe(400);
    expect(await statusOf(socketPort, `${io}websocket`)).toBe(400);
    expect(await statusOf(socketPort, `${io}polling`, { origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf(socketPort, `${io}pigeon`)).toBe(429);
    expect(await statusOf(socketPort, `${io}polling`, { origin: 'https://evil.example' })).toBe(429);
    await world.stop();
  });

  it('a session is ended when its client goes on polling in spite of refusals', async () => {
    const world = await limited({ RATE_LIMIT_ADDRESS: '30/1h', TRUST_PROXY: '1' });
    const polling = await RawPolling.connect(world.socketUrl);
    const pong = async () => (await polling.post('3', { 'x-forwarded-for': '203.0.113.66' })).status;
    for (let i = 0; i < 30; i++) expect(await pong()).toBe(200);
    expect(await polling.isOpen()).toBe(true);
    for (let i = 0; i < 19; i++) expect(await pong()).toBe(429);
    expect(await polling.isOpen()).toBe(true);
    expect(await pong()).toBe(429);
    expect(await polling.isOpen()).toBe(false);
    await world.stop();
  });
});

describe('Health checks', () => {
  it('are answered whatever their address has used up, and however many they are', async () => {
    const world = await limited({ RATE_LIMIT_ADDRESS: '1/1h' });
    for (let i = 0; i < 2; i++) await world.http.get('/users/online');
    const bodies = new Map<string, string>();
    for (let i = 0; i < 150; i++) {
      for (const path of ['/health/live', '/health', '/health/ready']) {
        const response = await fetch(`http://127.0.0.1:${world.app.httpPort}${path}`);
        const text = await response.text();
        expect(response.status).toBe(200);
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        expect(text).toBe(bodies.get(path) ?? text);
        bodies.set(path, text);
      }
    }
    await world.http.get('/health/nothing').expect(429);
    await world.http.post('/health/live').expect(429);
    const pipeline = await Pipeline.open(world.app.httpPort);
    pipeline.send(requestLine('/health/ready').repeat(1_000));
    await pipeline.closed;
    expect(pipeline.statuses.length).toBeLessThanOrEqual(MOST_UNANSWERED);
    await world.stop();
  });

  it('tell of a stop at once, however many they are', async () => {
    const world = await limited({ DRAIN_NOTICE_MS: '3000' });
    const ready = async () => (await fetch(`http://127.0.0.1:${world.app.httpPort}/health/ready`)).status;
    for (let i = 0; i < 320; i++) expect(await ready()).toBe(200);
    const stopped = world.stop();
    expect((await world.http.get('/health/ready').expect(503)).body).toMatchObject({ status: 'draining' });
    await stopped;
  });
});

describe('Open connections of an address', () => {
  it('are bounded on each port; one that closes makes room', async () => {
    const world = await limited({ RATE_LIMIT_SOCKETS: '5' });
    for (const [port, path] of [
      [world.app.httpPort, '/health/live'],
      [world.app.socketPort, '/socket.io/?EIO=4&transport=polling&sid=x'],
    ] as const) {
      const open = await Promise.all(Array.from({ length: 5 }, () => Pipeline.open(port)));
      await (
        await Pipeline.open(port)
      ).closed;
      for (const pipeline of open) expect(pipeline.isOpen).toBe(true);
      open.pop()?.close();
      await eventually(() =>
        statusOf(port, path).then(
          () => true,
          () => false,
        ),
      );
      for (const pipeline of open) pipeline.close();
    }
    await world.stop();
  });

  it('are not counted behind a proxy, because they are its connections', async () => {
    const world = await limited({ RATE_LIMIT_SOCKETS: '2', TRUST_PROXY: '1' });
    const open = await Promise.all(Array.from({ length: 6 }, () => Pipeline.open(world.app.httpPort)));
    expect(await statusOf(world.app.httpPort, '/users/online')).toBe(200);
    for (const pipeline of open) {
      expect(pipeline.isOpen).toBe(true);
      pipeline.close();
    }
    await world.stop();
  });
});
