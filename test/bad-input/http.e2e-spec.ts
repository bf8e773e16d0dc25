import { gzipSync } from 'node:zlib';
import { MARKER } from '../support/bad-values.js';
import { type CommandParam, RawHttp, type Reply } from '../support/raw-http.js';
import { World } from '../support/world.js';

describe('Bad requests over HTTP', () => {
  let world: World;
  let http: RawHttp;
  let one: number;
  let other: number;
  let chatId: number;

  beforeAll(async () => {
    world = await World.start();
    http = new RawHttp(world.app.httpPort);
    [one, other] = [world.newId(), world.newId()];
    chatId = (await world.http.post('/chats').send({ user1Id: one, user2Id: other })).body.id;
  });
  afterAll(() => world.stop());

  // Whatever was sent before, the server goes on.
  afterEach(() => world.http.get('/health/live').expect(200));

  const refused = async (asked: CommandParam, code = 'VALIDATION_FAILED'): Promise<Reply> => {
    const reply = await http.ask(asked);
    const seen = { asked: `${asked.method ?? 'GET'} ${asked.path}`.slice(0, 200), headers: asked.headers };
    expect({ ...seen, reply: reply.error() }).toMatchObject({ ...seen, reply: { code } });
    return reply;
  };

  const json = (path: string, body: string): CommandParam => ({ method: 'POST', path, body });
  const send = (body: string): CommandParam => json(`/chats/${chatId}/messages`, body);

  describe('in the form of a body', () => {
    it.each([
      ['broken', '{"user1Id":1'],
      ['JavaScript', '{user1Id:1}'],
      ['single quotes', "{'user1Id':1,'user2Id':2}"],
      ['a trailing comma', '{"user1Id":1,"user2Id":2,}'],
      ['two values', '{"user1Id":1,"user2Id":2}{}'],
      ['NaN', '{"user1Id":NaN}'],
      ['a raw newline in a text', '{"user1Id":"\n"}'],
      ['a NUL byte', '{"user1Id":1\0}'],
      ['a query string', 'user1Id=1&user2Id=2'],
      ['only a marker', MARKER],
    ])('is refused: JSON that is %s', async (_name, body) => {
      await refused(json('/chats', body));
    });

    it('is refused: text that is no UTF-8', async () => {
      const before = await world.sql('SELECT count(*) FROM messages');
      for (const bytes of [[0xff], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xe4], [0xf4, 0x90, 0x80, 0x80]]) {
        const body = Buffer.concat([
          Buffer.from(`{"senderId":${one},"content":"a`),
          Buffer.from(bytes),
          Buffer.from('"}'),
        ]);
        await refused({ method: 'POST', path: `/chats/${chatId}/messages`, bytes: body });
      }
      expect(await world.sql('SELECT count(*) FROM messages')).toEqual(before);
    });

    it.each([
      'text/plain',
      'text/html',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'application/octet-stream',
      'application/json; charset=latin1',
      'application/json; charset=utf-16',
      'application/json; charset=utf-7',
      `application/json; charset=${MARKER}`,
      MARKER,
      'application/json/json',
      ', application/json',
    ])('is refused: Content-Type %s', async (type) => {
      const before = await world.sql('SELECT count(*) FROM messages');
      const body = JSON.stringify({ senderId: one, content: 'é' });
      await refused({ ...send(body), headers: { 'content-type': type } });
      expect(await world.sql('SELECT count(*) FROM messages')).toEqual(before);
    });

    it('is refused: compressed otherwise than it says, or into too much', async () => {
      const body = JSON.stringify({ user1Id: 1, user2Id: 2 });
      await refused({ ...json('/chats', body), headers: { 'content-encoding': MARKER } });
      await refused({ ...json('/chats', body), headers: { 'content-encoding': 'gzip' } });
      const bomb = gzipSync(Buffer.alloc(50_000_000, '['));
      await refused(
        { method: 'POST', path: '/chats', bytes: bomb, headers: { 'content-encoding': 'gzip' } },
        'PAYLOAD_REFUSED',
      );
    });

    it('is refused: nothing at all where something is needed', async () => {
      await refused({ method: 'POST', path: '/chats' });
      await refused(json('/chats', ''));
      await refused({ method: 'POST', path: `/chats/${chatId}/messages` });
    });
  });

  describe('in a header', () => {
    const garbage = [
      '0',
      '-1',
      '1.5',
      '1e3',
      'abc',
      MARKER,
      '1, 2',
      '1 2',
      '[1]',
      '{"$ne":1}',
      '9007199254740992',
      'é',
    ];

    it('is nobody: X-User-Id', async () => {
      for (const value of ['', ...garbage]) {
        const headers = { 'x-user-id': value };
        await refused({ path: `/chats/${chatId}`, headers });
        await refused({ path: '/users/online', headers });
        await refused({ ...send('{"content":"x"}'), headers });
      }
      await refused({ path: `/chats/${chatId}`, headers: { 'x-user-id': [String(one), String(other)] } });
    });

    it('is no key: Idempotency-Key', async () => {
      const body = JSON.stringify({ senderId: one, content: 'x' });
      for (const value of ['', 'a b', 'x'.repeat(129), MARKER.repeat(20), 'é', '{"a": 1}', ['a', 'b']]) {
        await refused({ ...send(body), headers: { 'idempotency-key': value } });
      }
    });

    it('is seen by nobody: what the server does not know', async () => {
      const headers = {
        'x-http-method-override': 'DELETE',
        'x-forwarded-host': MARKER,
        'x-original-url': '/chats/1',
        accept: 'text/html',
        'accept-language': MARKER,
        referer: `http://${MARKER}/`,
        cookie: `sid=${MARKER}`,
        authorization: `Bearer ${MARKER}`,
        range: 'bytes=0-0',
        expect: '100-continue',
        'if-none-match': '*',
      };
      await refused({ path: `/chats/0`, headers });
      await refused({ path: `/${MARKER}`, headers }, 'UNKNOWN_COMMAND');
      expect((await http.ask({ path: `/chats/${chatId}`, headers })).text).not.toContain(MARKER);
    });
  });

  describe('to nowhere', () => {
    it('are refused: paths that are no route', async () => {
      for (const path of [
        `/${MARKER}`,
        '/chat/',
        `/chats/${chatId}/${MARKER}`,
        `/chats/${chatId}/messages/1/2`,
        '/users/online/1',
        '/favicon.ico',
        '/.env',
        '/package.json',
        '/socket.io?EIO=4&transport=polling',
        '/..%2f..%2fpackage.json',
        '/docs/..%2f..%2fpackage.json',
        '/docs/../package.json',
        `/docs/${MARKER}`,
        '/index.html',
        'http://127.0.0.1/nowhere',
        '*',
        `/${'x/'.repeat(2_000)}`,
        '/healthz',
        '/health/nothing',
        '/__proto__',
        '/constructor',
      ]) {
        await refused({ path }, 'UNKNOWN_COMMAND');
      }
    });

    it('except /, which leads to the documents', async () => {
      const { status, headers: answered } = await http.ask({ path: '/' });
      expect([status, answered.location]).toEqual([302, '/docs']);
    });

    it('are refused: methods that a route does not have', async () => {
      for (const method of ['PUT', 'PATCH', 'PROPFIND', 'LINK', 'QUERY', 'TRACE', 'M-SEARCH']) {
        await refused({ method, path: '/chats' }, 'UNKNOWN_COMMAND');
        await refused({ method, path: '/health/live' }, 'UNKNOWN_COMMAND');
        await refused({ method, path: `/chats/user/${one}` }, 'UNKNOWN_COMMAND');
      }
      await refused({ method: 'DELETE', path: '/users' }, 'UNKNOWN_COMMAND');
      await refused({ method: 'POST', path: '/health/ready' }, 'UNKNOWN_COMMAND');
    });

    it('answer HEAD as GET, without a body', async () => {
      const of = async (method: string, path: string) => {
        const { status, text, headers } = await http.ask({ method, path });
        return { status, length: text.length, type: headers['content-type'] };
      };
      for (const path of [
        `/chats/${chatId}`,
        '/chats/0',
        '/chats/999999',
        '/nowhere',
        '/health/live',
        '/chats/%',
      ]) {
        const { status, type } = await of('GET', path);
        expect(await of('HEAD', path)).toEqual({ status, type, length: 0 });
      }
    });

    it('answer OPTIONS without a body and without an error', async () => {
      for (const path of ['/chats', '/chats/0', '/nowhere', `/${MARKER}`]) {
        const reply = await http.ask({
          method: 'OPTIONS',
          path,
          headers: { origin: 'http://x.example', 'access-control-request-method': 'POST' },
        });
        expect(reply).toMatchObject({ status: 204, text: '' });
      }
    });
  });

  describe('that are hardly HTTP', () => {
    it.each([
      ['noise', Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7919) % 256))],
      ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
      ['TLS', Buffer.from('16030100c4010000c00303', 'hex')],
      ['no version', `GET /${MARKER}\r\n\r\n`],
      ['a version there is not', `GET /${MARKER} HTTP/9.9\r\nHost: localhost\r\n\r\n`],
      ['a space in the path', `GET /chats/${MARKER} 1 HTTP/1.1\r\nHost: localhost\r\n\r\n`],
      ['a header without a colon', `GET / HTTP/1.1\r\n${MARKER}\r\n\r\n`],
      ['a NUL in a header', `GET / HTTP/1.1\r\nHost: localhost\r\nX: \0${MARKER}\r\n\r\n`],
      ['20 KB of headers', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${MARKER.repeat(1_500)}\r\n\r\n`],
      [
        'a length that is none',
        `POST /chats HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${MARKER}\r\n\r\n{}`,
      ],
      ['a negative length', `POST /chats HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n{}`],
      [
        'two lengths',
        `POST /chats HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
      ],
      [
        'a length and chunks',
        `POST /chats HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}`,
      ],
      [
        'broken chunks',
        `POST /chats HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
          `Transfer-Encoding: chunked\r\n\r\nzz\r\n${MARKER}\r\n`,
      ],
    ])('are answered as far as they can be, and cut off: %s', async (_name, bytes) => {
      const heard = await http.tell(bytes);
      expect(heard).toMatch(/^HTTP\/1\.1 4(00|04|13) /);
      expect(heard).toMatch(
        /\r\n\r\n\{"error":\{"code":"(VALIDATION_FAILED|UNKNOWN_COMMAND|PAYLOAD_REFUSED)","message":".*\}$/,
      );
      expect(heard).not.toContain(MARKER);
    });

    it('are refused: a path of 60 KB', async () => {
      await refused({ path: `/chats/${MARKER.repeat(4_000)}` }, 'PAYLOAD_REFUSED');
      await refused({ path: `/chats/${chatId}/messages?before=${MARKER.repeat(4_000)}` }, 'PAYLOAD_REFUSED');
    });

    it('are forgotten when they end before their body does', async () => {
      const started =
        'POST /chats HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
      for (let i = 0; i < 50; i++) http.abandon(started);
      await world.http.get('/health/ready').expect(200);
    });
  });
});
