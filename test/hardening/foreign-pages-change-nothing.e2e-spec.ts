import { once } from 'node:events';
import { WebSocket } from 'ws';
import { RawHttp } from '../support/raw-http.js';
import { World } from '../support/world.js';

const EVIL = 'http://evil.example';

/** Everything that a page could change here. */
async function everything(world: World): Promise<unknown> {
  const tables = ['users', 'chats', 'chat_members', 'messages', 'message_reactions', 'user_blocks'];
  const rows = tables.map((table) => world.sql(`SELECT t.*, t.xmin FROM ${table} t ORDER BY t::text`));
  return Object.fromEntries((await Promise.all(rows)).map((found, i) => [tables[i], found]));
}

/** A socket by which a page would command; null when it gets none. */
async function commanding(world: World, headers: Record<string, string>): Promise<WebSocket | null> {
  const ws = new WebSocket(`${world.socketUrl.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
    headers,
  });
  ws.on('error', () => undefined);
  const opened = await once(ws, 'open').then(
    () => true,
    () => false,
  );
  return opened ? ws : null;
}

describe("A web page in a developer's browser, when nothing was set,", () => {
  let world: World;
  let rest: RawHttp;
  let sockets: RawHttp;
  let chatId: number;
  let messageId: number;
  let before: unknown;
  beforeAll(async () => {
    world = await World.start({ HOST: '', ALLOWED_ORIGINS: '' });
    [rest, sockets] = [new RawHttp(world.app.httpPort), new RawHttp(world.app.socketPort)];
    const { alice, chatId: id } = await world.pair();
    chatId = id;
    messageId = (await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'keep me' })).id;
    before = await everything(world);
  });
  afterEach(async () => expect(await everything(world)).toEqual(before));
  afterAll(() => world.stop());

  /** What a browser lets a page of another origin send without asking first, and what it asks first. */
  const ways = (): [
    name: string,
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string,
  ][] => [
    ['a text', 'POST', '/chats', { 'content-type': 'text/plain' }, '{"user1Id":1,"user2Id":2}'],
    [
      'a form',
      'POST',
      '/chats',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'user1Id=1&user2Id=2',
    ],
    ['a form in parts', 'POST', '/chats', { 'content-type': 'multipart/form-data; boundary=b' }, '--b--'],
    ['nothing', 'POST', `/chats/${chatId}/leave`, {}],
    ['a beacon', 'POST', `/messages/${messageId}/seen`, { 'content-type': 'text/plain' }, '{"userId":1001}'],
    ['JSON', 'POST', '/chats', { 'content-type': 'application/json' }, '{"user1Id":1,"user2Id":2}'],
    ['JSON for a message', 'POST', `/chats/${chatId}/messages`, {}, '{"senderId":1001,"content":"x"}'],
    ['DELETE', 'DELETE', `/chats/${chatId}`, {}],
    ['PATCH', 'PATCH', `/messages/${messageId}`, {}, '{"content":"x","userId":1001}'],
    ['PUT', 'PUT', `/messages/${messageId}/reactions/x`, { 'x-user-id': '1001' }],
    ['a read that names somebody new', 'GET', '/chats/user/777001', {}],
  ];

  it('can neither write nor read with its own origin, or with that of a file', async () => {
    for (const origin of [EVIL, 'null', 'http://192.168.1.66:3000']) {
      for (const [, method, path, headers, body] of ways()) {
        const reply = await rest.ask({ method, path, headers: { ...headers, origin }, body });
        expect(reply.error().code).toBe('FORBIDDEN');
        expect(reply.headers['access-control-allow-origin']).toBeUndefined();
      }
    }
  });

  it('is not allowed by its browser to send DELETE, PUT, PATCH or JSON', async () => {
    for (const method of ['DELETE', 'PUT', 'PATCH', 'POST']) {
      const asked = {
        'access-control-request-method': method,
        'access-control-request-headers': 'content-type',
      };
      const { headers } = await rest.ask({
        method: 'OPTIONS',
        path: `/chats/${chatId}`,
        headers: { ...asked, origin: EVIL },
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('can do nothing by a name that it makes point at this machine', async () => {
    const own = (port: number) => ({ host: `evil.example:${port}`, origin: `${EVIL}:${port}` });
    for (const origin of [true, false]) {
      for (const [, method, path, headers, body] of ways()) {
        const { host, origin: page } = own(world.app.httpPort);
        const said = { ...headers, host, ...(origin ? { origin: page } : {}) };
        const reply = await rest.ask({ method, path, headers: said, body });
        expect(reply.error()).toMatchObject({ code: 'FORBIDDEN', message: expect.stringMatching(/HOST=/) });
      }
    }
    for (const transport of ['polling', 'websocket']) {
      const path = `/socket.io/?EIO=4&transport=${transport}`;
      const reply = await sockets.ask({ path, headers: own(world.app.socketPort) });
      expect(reply.error().code).toBe('FORBIDDEN');
    }
    expect(await commanding(world, own(world.app.socketPort))).toBeNull();
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil',
    'localhost.',
    '0.0.0.0',
    '192.168.1.20',
    '[::]',
    'localhost@evil.example',
    'a b',
  ])('gets nothing on either port by the name %j, not even its health', async (host) => {
    for (const [http, path] of [
      [rest, '/health/live'],
      [rest, '/health/ready'],
      [rest, '/docs'],
      [rest, '/metrics'],
      [rest, '/nowhere'],
      [sockets, '/socket.io/?EIO=4&transport=polling'],
      [sockets, '/'],
    ] as const) {
      const reply = await http.ask({ path, headers: { host: `${host}:3000` } });
      expect([path, reply.error().code]).toEqual([path, 'FORBIDDEN']);
    }
  });

  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '[::1]'])(
    'is not what asks by the name %s',
    async (host) => {
      for (const name of [host, `${host}:8080`]) {
        expect((await rest.ask({ path: '/health/live', headers: { host: name } })).status).toBe(200);
        const polling = '/socket.io/?EIO=4&transport=polling';
        expect((await sockets.ask({ path: polling, headers: { host: name } })).status).toBe(200);
      }
    },
  );

  it('can load nothing as a picture or a script, which say no origin; a link leads to the documents', async () => {
    const from = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    for (const path of ['/chats/user/777002', `/chats/${chatId}/messages?userId=777003`, '/health']) {
      expect((await rest.ask({ path, headers: from })).error().code).toBe('FORBIDDEN');
    }
    const polling = '/socket.io/?EIO=4&transport=polling';
    expect((await sockets.ask({ path: polling, headers: from })).error().code).toBe('FORBIDDEN');
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await rest.ask({ path: '/', headers: link })).status).toBe(302);
    expect((await rest.ask({ path: '/docs', headers: link })).status).toBe(200);
    expect((await rest.ask({ path: '/chats/user/777004', headers: link })).error().code).toBe('FORBIDDEN');
  });

  it('gets no socket, and cannot use a polling session that it knows', async () => {
    for (const origin of [EVIL, 'null', 'http://localhost.evil.example']) {
      expect(await commanding(world, { origin })).toBeNull();
    }
    const polling = '/socket.io/?EIO=4&transport=polling';
    const opened = await sockets.ask({ path: polling });
    const { sid } = JSON.parse(opened.text.slice(1)) as { sid: string };
    const said = `40\x1e42["deleteChat",{"chatId":${chatId}}]`;
    const pages: Record<string, string>[] = [{ origin: EVIL }, { host: 'evil.example' }];
    for (const headers of pages) {
      const path = `${polling}&sid=${sid}`;
      const typed = { ...headers, 'content-type': 'text/plain' };
      expect((await sockets.ask({ method: 'POST', path, headers: typed, body: said })).error().code).toBe(
        'FORBIDDEN',
      );
      expect((await sockets.ask({ path, headers })).error().code).toBe('FORBIDDEN');
    }
    await sockets.ask({ method: 'POST', path: `${polling}&sid=${sid}`, body: '1' });
  });
});

describe('When HOST opens the server to a network', () => {
  let world: World;
  let rest: RawHttp;
  beforeAll(async () => {
    world = await World.start({ HOST: '0.0.0.0', ALLOWED_ORIGINS: 'localhost,https://chat.example.com' });
    rest = new RawHttp(world.app.httpPort);
  });
  afterAll(() => world.stop());

  const asked = async (headers: Record<string, string>) =>
    (await rest.ask({ path: '/health/live', headers })).status;

  it.each([
    '192.168.1.20:3000',
    '[fd00::1]:3000',
    'app:3000',
    'my-mac.local:3000',
    'host.docker.internal',
    'chat.example.com',
  ])('it answers to %s, which no stranger can own', async (host) => expect(await asked({ host })).toBe(200));

  it.each(['evil.example', 'localhost.evil.example', 'example.com', 'x.chat.example.com', 'my-mac.local.'])(
    'it does not answer to %s',
    async (host) => expect(await asked({ host })).toBe(403),
  );

  it('an app on a phone may say the address that it asks as its origin, and a page from elsewhere may not', async () => {
    const host = `192.168.1.20:${world.app.socketPort}`;
    const socket = await commanding(world, { host, origin: `http://${host}` });
    expect(socket).not.toBeNull();
    socket?.terminate();
    expect(await commanding(world, { host, origin: 'http://192.168.1.20:5173' })).toBeNull();
  });
});
