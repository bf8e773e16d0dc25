import { commandNames, definitionOf } from '../../src/contract/index.js';
import {
  keys,
  largeIds,
  MARKER,
  nested,
  nestedObjects,
  refusedIds,
  refusedMetadata,
  refusedPayloads,
  refusedTexts,
  storableMetadata,
  storableTexts,
} from '../support/bad-values.js';
import { type CommandParam, RawHttp, type Reply } from '../support/raw-http.js';
import { World } from '../support/world.js';

/** What a path segment may look like that is no id. */
const refusedSegments = [
  ...[
    '0',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x1',
    '01e0',
    'NaN',
    'null',
    'undefined',
    'true',
    'abc',
    MARKER,
    '1,2',
    '..',
  ],
  ...[
    '9007199254740992',
    '9'.repeat(17),
    '9'.repeat(5_000),
    '$ne',
    '__proto__',
    'constructor',
    '[object%20Object]',
  ],
  ...[
    '%201',
    '1%20',
    '%00',
    '1%00',
    '%0A1',
    '%D9%A1',
    '%2E%2E%2F1',
    '1%2F2',
    '%7B%22%24ne%22%3A1%7D',
    '1;1',
    "1'--",
  ],
];

/** What in a query string is no page size and no position. */
const refusedNumbers = [
  '%20',
  '-1',
  '1.5',
  '1e1',
  '0x1',
  'abc',
  MARKER,
  '%00',
  '%D9%A1',
  '9007199254740992',
  'undefined',
  'NULL',
];

describe('Bad input over REST', () => {
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
    const seen = {
      asked: `${asked.method ?? 'GET'} ${asked.path}`.slice(0, 200),
      body: asked.body?.slice(0, 200),
    };
    expect({ ...seen, reply: reply.error() }).toMatchObject({ ...seen, reply: { code } });
    return reply;
  };

  const json = (path: string, body: string): CommandParam => ({ method: 'POST', path, body });
  const send = (body: string): CommandParam => json(`/chats/${chatId}/messages`, body);

  describe('in a path', () => {
    const routes = commandNames
      .map((name) => definitionOf(name).rest)
      .filter((rest) => rest !== null)
      .filter(({ path }) => path.includes(':') && !/:(emoji)/.test(path));

    it.each(routes.map(({ method, path }) => [method, path] as const))(
      'is refused: %s %s',
      async (method, path) => {
        for (const segment of refusedSegments) {
          const body = method === 'POST' || method === 'PATCH' ? '{"content":"x"}' : undefined;
          await refused({ method, path: path.replace(/:\w+/g, segment), body });
        }
      },
    );

    it('of faulty percent-encoding is refused', async () => {
      for (const segment of ['%E0%A4%A', '%', '%2', '%zz', '%FF', '%C0%80', '%ED%A0%80', `${MARKER}%`]) {
        await refused({ path: `/chats/${segment}` });
        await refused({ path: `/chats/user/${segment}` });
        await refused(json(`/chats/${segment}/messages`, '{"content":"x"}'));
      }
    });

    it('of a large id finds nothing', async () => {
      for (const id of largeIds.map((text) => text.replaceAll('"', ''))) {
        await refused({ path: `/chats/${id}` }, 'NOT_FOUND');
        await refused({ method: 'DELETE', path: `/chats/${id}` }, 'NOT_FOUND');
        await refused({ path: `/users/${id}` }, 'NOT_FOUND');
        await refused({ method: 'POST', path: `/messages/${id}/seen` }, 'NOT_FOUND');
      }
    });
  });

  describe('in a query', () => {
    it('is refused where a number belongs', async () => {
      for (const value of refusedNumbers) {
        for (const field of ['limit', 'before', 'after', 'around', 'userId']) {
          await refused({ path: `/chats/${chatId}/messages?${field}=${value}` });
        }
        await refused({ path: `/chats/user/${one}?limit=${value}` });
        await refused({ path: `/users?after=${value}` });
      }
    });

    it('says nothing where it is empty or null', async () => {
      const plain = (await http.ask({ path: `/chats/${chatId}/messages` })).text;
      for (const query of ['limit=', 'limit', 'before=&after=null', 'around=null&userId=', 'userId=null']) {
        const reply = await http.ask({ path: `/chats/${chatId}/messages?${query}` });
        expect({ query, text: reply.text }).toEqual({ query, text: plain });
      }
    });

    it('is refused when a page is too small or too large', async () => {
      await refused({ path: `/chats/${chatId}/messages?limit=0` });
      await refused({ path: `/chats/${chatId}/messages?limit=101` });
      await refused({ path: `/chats/user/${one}?limit=501` });
      await refused({ path: '/users?limit=101' });
    });

    it('is refused when it says something twice', async () => {
      for (const query of [
        'limit=1&limit=2',
        'limit=1&limit=1',
        'before=1&after=1',
        'before=1&before=2',
        'limit&limit',
      ]) {
        await refused({ path: `/chats/${chatId}/messages?${query}` });
      }
    });

    it('reads no brackets as objects or arrays: such names are unknown, and do nothing', async () => {
      const plain = (await http.ask({ path: `/chats/user/${one}` })).text;
      for (const query of [
        'limit[]=1',
        'limit[]',
        'limit[$gt]=1',
        'limit[$ne]=0',
        'userId[$ne]=1',
        'before[]=x',
        '__proto__[limit]=0',
        '__proto__=1',
        'constructor[prototype][limit]=0',
        'constructor=x&toString=y&hasOwnProperty=z',
        `${MARKER}=${MARKER}`,
        '%E0%A4%A=1',
        '&&&==&=',
        'a='.repeat(2_000),
      ]) {
        const reply = await http.ask({ path: `/chats/user/${one}?${query}` });
        expect({ query, status: reply.status, text: reply.text }).toEqual({
          query,
          status: 200,
          text: plain,
        });
      }
      expect(({} as Record<string, unknown>).limit).toBeUndefined();
    });
  });

  describe('in a body', () => {
    it('is no id', async () => {
      for (const id of refusedIds) {
        await refused(json('/chats', `{"user1Id":${id},"user2Id":1}`));
        await refused(json('/chats', `{"user1Id":1,"user2Id":${id}}`));
        await refused(send(`{"senderId":${id},"content":"x"}`));
        await refused(send(`{"senderId":${one},"replyToId":${id},"content":"x"}`));
        await refused(json(`/chats/${chatId}/seen`, `{"userId":${id}}`));
      }
    });

    it('is no object', async () => {
      for (const body of refusedPayloads) {
        await refused(json('/chats', body));
        await refused(send(body));
      }
    });

    it.each(Object.entries(refusedTexts))('is no content: %s', async (_name, content) => {
      const before = await world.sql('SELECT count(*) FROM messages');
      await refused(send(JSON.stringify({ senderId: one, content })));
      expect(await world.sql('SELECT count(*) FROM messages')).toEqual(before);
    });

    it('is no name, avatar or key of a user', async () => {
      const users = await world.sql('SELECT count(*) FROM users');
      const lone = '"\\ud800"';
      for (const text of [
        '""',
        '" "',
        '"a\\u0000"',
        lone,
        `"${'x'.repeat(257)}"`,
        '1',
        '[]',
        `{"${MARKER}":1}`,
      ]) {
        await refused(json('/users', `{"name":${text}}`));
        await refused(json('/users', `{"externalId":${text}}`));
      }
      await refused(json('/users', `{"name":"${'x'.repeat(201)}"}`));
      const long = `"http://x/${'x'.repeat(2_048)}"`;
      for (const url of [
        '""',
        '"x"',
        '"javascript:alert(1)"',
        '"//host/x"',
        '"http://"',
        '"http://x/\\u0000"',
        long,
      ]) {
        await refused(json('/users', `{"avatarUrl":${url}}`));
      }
      expect(await world.sql('SELECT count(*) FROM users')).toEqual(users);
    });

    it.each(Object.entries(refusedMetadata))('is no metadata: %s', async (_name, metadata) => {
      await refused(send(`{"senderId":${one},"content":"x","metadata":${metadata}}`));
      await refused(json('/users', `{"metadata":${metadata}}`));
    });

    it.each([
      ['11 KB of brackets', nested(11_000)],
      ['100 KB of brackets', nested(100_000)],
      ['100 KB of objects', nestedObjects(100_000)],
      ['13,000 keys', keys(13_000)],
      ['60,000 keys', keys(60_000)],
      ['140,000 letters', `{"content":"${MARKER.repeat(10_000)}"}`],
      ['5,000,000 letters', `{"content":"${'x'.repeat(5_000_000)}"}`],
    ])('is refused for its size: %s', async (_name, body) => {
      await refused(json('/chats', body), 'PAYLOAD_REFUSED');
      await refused(send(body), 'PAYLOAD_REFUSED');
    });

    it('points nowhere but where the path says', async () => {
      const [third] = [world.newId()];
      const theirs = (await world.http.post('/chats').send({ user1Id: third, user2Id: other })).body
        .id as number;
      const reply = await http.ask(send(`{"senderId":${one},"chatId":${theirs},"content":"x"}`));
      expect(JSON.parse(reply.text)).toMatchObject({ chatId });
    });
  });

  describe('of good form', () => {
    it.each(Object.entries(storableTexts))('is stored unit for unit: %s', async (_name, content) => {
      const sent = await http.ask(send(JSON.stringify({ senderId: one, content })));
      expect(JSON.parse(sent.text)).toMatchObject({ content });
      const page = await http.ask({ path: `/chats/${chatId}/messages?limit=1` });
      expect(JSON.parse(page.text)).toMatchObject({ messages: [{ content }] });
      const [stored] = await world.sql<{ bytes: Buffer }>(
        `SELECT convert_to(content, 'UTF8') AS bytes FROM messages ORDER BY id DESC LIMIT 1`,
      );
      expect(stored?.bytes.equals(Buffer.from(content))).toBe(true);
    });

    it('is stored as it is in metadata and external ids, and in names in normal form', async () => {
      const text = 'e\u0301 👩‍👩‍👦 \u202Ex "\\\'';
      const name = 'é 👩‍👩‍👦 x "\\\'';
      const metadata = {
        '': 0,
        [text]: [text, -1.5e-7, 9007199254740991, null, { a: [[]] }],
        $ne: true,
        'a.b': {},
      };
      const created = await http.ask(
        json('/users', JSON.stringify({ name: name.normalize('NFD'), metadata, externalId: text })),
      );
      const user = JSON.parse(created.text) as { id: number };
      expect(user).toMatchObject({ name, externalId: text, metadata });
      expect(JSON.parse((await http.ask({ path: `/users/${user.id}` })).text)).toMatchObject({
        name,
        metadata,
      });
    });

    it.each(Object.entries(storableMetadata))('is kept as metadata: %s', async (_name, metadata) => {
      const keys = (text: string) => [...text.matchAll(/"(\w+)":/g)].map(([, key]) => key).sort();
      const storing = [
        json('/users', `{"metadata":${metadata}}`),
        json('/chats', `{"userId":${one},"title":"x","memberIds":[],"metadata":${metadata}}`),
        { method: 'PATCH', path: `/users/${one}`, body: `{"metadata":${metadata}}` },
      ];
      for (const asked of storing) {
        const reply = await http.ask(asked);
        expect({ asked: asked.path, ...reply }).toMatchObject({
          status: asked.method === 'PATCH' ? 200 : 201,
        });
        for (const key of keys(metadata)) expect(reply.text).toContain(`"${key}":`);
      }
      expect(({} as Record<string, unknown>).admin).toBeUndefined();
    });
  });
});
