import { errorCatalogue } from '../../src/contract/index.js';
import { MARKER } from '../support/bad-values.js';
import { RawHttp } from '../support/raw-http.js';
import { World } from '../support/world.js';

/** Of a stack, a path of ours, SQL, or a value of the row. */
const INSIDE =
  /\n\s+at |node_modules|\/src\/|\/dist\/|\.[jt]s:\d|SELECT |INSERT |violates|constraint|pg_|Failing row/i;

describe('An answer', () => {
  let world: World;
  let http: RawHttp;
  let sockets: RawHttp;
  beforeAll(async () => {
    world = await World.start();
    http = new RawHttp(world.app.httpPort);
    sockets = new RawHttp(world.app.socketPort);
  });
  afterAll(() => world.stop());

  it('to a command that fails inside says INTERNAL and no more, on both edges', async () => {
    const alice = await world.person();
    const receiverId = world.newId();
    const { chatId } = await alice.ok<{ chatId: number }>('sendMessage', { receiverId, content: 'first' });
    await world.sql(
      `ALTER TABLE messages ADD CONSTRAINT broken CHECK (content NOT LIKE '%${MARKER}%') NOT VALID`,
    );
    const view = { code: 'INTERNAL', message: errorCatalogue.INTERNAL.message };
    expect(await alice.ask('sendMessage', { chatId, content: MARKER })).toEqual({ ok: false, error: view });
    alice.emit('sendMessage', { chatId, content: MARKER });
    expect(await alice.next('exception')).toEqual({ command: 'sendMessage', ...view });
    const { status, body, headers } = await world.http
      .post(`/chats/${chatId}/messages`)
      .send({ senderId: alice.userId, content: MARKER });
    expect([status, body]).toEqual([500, { error: view }]);
    expect(JSON.stringify(headers)).not.toMatch(INSIDE);
    await world.sql('ALTER TABLE messages DROP CONSTRAINT broken');
  });

  it.each([
    ['a broken escape in the path', { path: '/chats/%' }],
    ['an escape that is no UTF-8', { path: `/chats/%E0%A4%A/${MARKER}` }],
    ['an escaped NUL', { path: `/chats/%00${MARKER}` }],
    ['a broken escape in the query', { path: `/users?after=%E0%A4%A${MARKER}` }],
    ['a query that names a field twice', { path: `/users?after=${MARKER}&after=2` }],
    ['no route', { path: `/${MARKER}` }],
    ['malformed JSON', { method: 'POST', path: '/chats', body: `{"${MARKER}": ${MARKER}` }],
    [
      'another type of body',
      { method: 'POST', path: '/chats', body: MARKER, headers: { 'content-type': 'text/plain' } },
    ],
    [
      'a content encoding',
      { method: 'POST', path: '/chats', body: MARKER, headers: { 'content-encoding': MARKER } },
    ],
    ['a header that is no id', { path: '/users/online', headers: { 'x-user-id': MARKER } }],
    [
      'thousands of headers',
      { path: '/chats/x', headers: Object.fromEntries(many(3_000, (i) => [`x${i}`, '1'])) },
    ],
  ])('repeats nothing and shows nothing of the inside: %s', async (_name, asked) => {
    const { code } = (await http.ask(asked)).error();
    expect(['VALIDATION_FAILED', 'UNKNOWN_COMMAND', 'PAYLOAD_REFUSED']).toContain(code);
  });

  it('on the port of sockets repeats nothing that was sent', async () => {
    for (const path of [
      `/${MARKER}`,
      `/socket.io/${MARKER}`,
      `/socket.io/?EIO=4&transport=${MARKER}`,
      `/socket.io/?EIO=${MARKER}&transport=polling`,
      `/socket.io/?EIO=4&transport=polling&sid=${MARKER}`,
      `/socket.io/socket.io.js?${MARKER}`,
      '/socket.io/%',
    ]) {
      for (const method of ['GET', 'POST', 'PUT', 'OPTIONS']) {
        const { status, text, headers } = await sockets.ask({ method, path, headers: { cookie: MARKER } });
        expect(status).toBeLessThan(500);
        expect(text + JSON.stringify(headers)).not.toContain(MARKER);
        expect(text).not.toMatch(INSIDE);
      }
    }
  });

  it('has the headers that forbid a browser to guess types and to frame, and names no product', async () => {
    for (const path of ['/users/online', '/nowhere', '/chats/%', '/docs/rest', '/health/live']) {
      const { headers } = await http.ask({ path });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'content-security-policy': expect.stringContaining("default-src 'self'"),
        'referrer-policy': 'no-referrer',
      });
      expect(headers['x-powered-by']).toBeUndefined();
      expect(headers.server).toBeUndefined();
    }
  });
});

function many<T>(count: number, make: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i));
}
