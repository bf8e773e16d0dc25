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
import { answerIn, RawSocket } from '../support/raw-socket.js';
import { inTime } from '../support/time.js';
import { type Client, World } from '../support/world.js';

/** Commands whose whole payload may be an id. */
const bareIds = [
  'userOnline',
  'userOffline',
  'getChats',
  'getChat',
  'deleteChat',
  'getMessages',
  'markAsSeen',
];

/** Each place of a command where an id belongs, as JSON around it. */
const idPlaces: [string, (id: string) => string][] = [
  ['userOnline', (id) => `{"userId":${id}}`],
  ['userOffline', (id) => `{"userId":${id}}`],
  ['getOnlineUsers', (id) => `{"userId":${id}}`],
  ['getChats', (id) => `{"userId":${id}}`],
  ['getChats', (id) => `{"userId":1,"limit":${id}}`],
  ['createChat', (id) => `{"user1Id":${id},"user2Id":1}`],
  ['createChat', (id) => `{"user1Id":1,"user2Id":${id}}`],
  ['getChat', (id) => `{"chatId":${id}}`],
  ['getChat', (id) => `{"chatId":1,"userId":${id}}`],
  ['deleteChat', (id) => `{"chatId":${id}}`],
  ['sendMessage', (id) => `{"senderId":${id},"receiverId":1,"content":"x"}`],
  ['sendMessage', (id) => `{"senderId":1,"receiverId":${id},"content":"x"}`],
  ['sendMessage', (id) => `{"senderId":1,"chatId":${id},"content":"x"}`],
  ['sendMessage', (id) => `{"senderId":1,"chatId":1,"replyToId":${id},"content":"x"}`],
  ['getMessages', (id) => `{"chatId":${id}}`],
  ['getMessages', (id) => `{"chatId":1,"limit":${id}}`],
  ['markAsSeen', (id) => `{"messageId":${id}}`],
  ['markAsSeen', (id) => `{"messageId":1,"userId":${id}}`],
  ['markAsSeen', (id) => `{"chatId":${id}}`],
];

/** JSON with its keys in one order: PostgreSQL keeps none. */
function canonical(json: string): string {
  const sorted = (value: unknown): unknown =>
    typeof value !== 'object' || value === null
      ? value
      : Array.isArray(value)
        ? value.map(sorted)
        : Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, child]) => [key, sorted(child)]);
  return JSON.stringify(sorted(JSON.parse(json)));
}

/** Commands that need an object. */
const objectCommands = ['createChat', 'sendMessage'];

describe('Bad input over sockets', () => {
  let world: World;
  let raw: RawSocket;
  let alice: Client;
  let bob: Client;
  let chatId: number;

  beforeAll(async () => {
    world = await World.start();
    ({ alice, bob, chatId } = await world.pair());
    raw = await RawSocket.connect(world.socketUrl);
  });
  afterAll(async () => {
    raw.close();
    await world.stop();
  });

  // Whatever was sent before, the same connections go on, and the process is responsive.
  afterEach(async () => {
    await inTime(bob.ok('getOnlineUsers'));
    expect(await raw.ask('getOnlineUsers')).toMatchObject({ ok: true });
  });

  const rowsIn = async (table: string): Promise<number> => {
    const [row] = await world.sql<{ count: string }>(`SELECT count(*) FROM ${table}`);
    return Number(row?.count);
  };

  const refused = async (command: string, json: string, code = 'VALIDATION_FAILED'): Promise<void> => {
    const frame = await raw.askFrame(command, json);
    expect({ command, json, answer: answerIn(frame) }).toMatchObject({
      answer: { ok: false, error: { code } },
    });
    expect(frame).not.toContain(MARKER);
  };

  describe('text', () => {
    it.each(Object.entries(storableTexts))('comes back unit for unit: %s', async (_name, content) => {
      const sent = await alice.ok<{ id: number }>('sendMessage', { chatId, content });
      expect(sent).toMatchObject({ content });
      expect(await bob.next('newMessage')).toMatchObject({ content });
      const page = await bob.ok<{ messages: unknown[] }>('getMessages', { chatId, limit: 1 });
      expect(page.messages).toMatchObject([{ content }]);
      const stored = await world.sql<{ bytes: Buffer }>(
        `SELECT convert_to(content, 'UTF8') AS bytes FROM messages WHERE id = $1`,
        [sent.id],
      );
      expect(stored[0]?.bytes.equals(Buffer.from(content))).toBe(true);
    });

    it.each(Object.entries(refusedTexts))('is refused and nothing is stored: %s', async (_name, content) => {
      const before = await rowsIn('messages');
      expect(await alice.refused('sendMessage', { chatId, content })).toBe('VALIDATION_FAILED');
      expect(await rowsIn('messages')).toBe(before);
    });

    it.each([
      '1',
      'true',
      'null',
      `["${MARKER}"]`,
      `{"${MARKER}":1}`,
      '[]',
      '{"toString":"x"}',
      '{"length":1}',
    ])('is no %s', async (json) => {
      await refused('sendMessage', `{"senderId":1,"receiverId":2,"content":${json}}`);
    });

    it.each(['""', '" "', '"a b"', '"é"', '"\\u0000"', `"${MARKER.repeat(10)}"`, '1', '[]', '{"$ne":""}'])(
      'of a clientId is no %s',
      async (json) => {
        await refused('sendMessage', `{"senderId":1,"receiverId":2,"content":"x","clientId":${json}}`);
      },
    );

    it.each(['"x"', '"1"', '".1"', '"1."', '"1.1.1"', '"-1.1"', '1.5', `"${MARKER}"`, '["1.1"]', '{}'])(
      'of a cursor is no %s',
      async (json) => {
        await refused('getChats', `{"userId":1,"before":${json}}`);
      },
    );

    it('of a cursor may be far from every chat', async () => {
      for (const before of ['0.0', '0.1', '999999999999999.1', '8640000000000000.1', '1.9999999999999999']) {
        const answer = await alice.ask('getChats', { userId: alice.userId, before });
        expect({ before, answer }).toMatchObject(
          answer.ok
            ? { answer: { data: expect.any(Array) } }
            : { answer: { error: { code: 'VALIDATION_FAILED' } } },
        );
      }
    });
  });

  describe('an id', () => {
    it('is a whole number from 1 to 2^53 - 1 or such a numeral, and nothing else', async () => {
      for (const [command, around] of idPlaces) {
        for (const value of refusedIds) await refused(command, around(value));
      }
      const noObjects = refusedIds.filter((value) => !value.startsWith('{'));
      for (const command of bareIds) for (const value of noObjects) await refused(command, value);
      await refused('userOnline', '{"userId":null}');
      await refused('createChat', '{"user1Id":null,"user2Id":1}');
      await refused('getChat', '{"chatId":null}');
    });

    it('may be as large as it likes', async () => {
      for (const value of largeIds) {
        await refused('getChat', value, 'NOT_FOUND');
        await refused('markAsSeen', value, 'NOT_FOUND');
        await refused('deleteChat', value, 'NOT_FOUND');
        await refused('sendMessage', `{"senderId":1,"chatId":${value},"content":"x"}`, 'NOT_FOUND');
        expect(await raw.ask('userOnline', value)).toMatchObject({ ok: true });
        expect(
          await raw.ask('getMessages', `{"chatId":${chatId},"userId":${alice.userId},"before":${value}}`),
        ).toMatchObject({ ok: true });
        expect(await raw.ask('userOffline')).toMatchObject({ ok: true });
      }
    });

    it('of one person does not stand for two', async () => {
      await refused('sendMessage', '{"senderId":7,"receiverId":7,"content":"x"}');
      await refused('sendMessage', '{"senderId":7,"receiverId":"7","content":"x"}');
    });
  });

  describe('a moment', () => {
    it('is one that the database knows, and nothing else', async () => {
      const moments = [
        ...['1', 'true', '{}', '""', '"x"', '"infinity"', '"now"', '"2026-01-01"'],
        ...[
          '"2026-02-30T00:00:00Z"',
          '"2026-01-01T00:00Z"',
          '"2026-01-01T00:00+01:00"',
          '"2026-01-01T00:00:00+24:00"',
          '"2026-01-01T00:00:00+1"',
          '"1970-01-01T00:00:00+00:01"',
          '"9998-12-31T23:59:59-00:01"',
          '"+010000-01-01T00:00:00Z"',
        ],
        ...['"0000-01-01T00:00:00Z"', '"1969-12-31T23:59:59.999Z"', '"9999-01-01T00:00:00Z"'],
        ...['"9999-12-31T23:59:59.9999Z"', `"2026-01-01T00:00:00.${'1'.repeat(200)}Z"`],
      ];
      for (const moment of moments) {
        await refused('sync', `{"userId":${alice.userId},"since":${moment}}`);
        await refused(
          'updateMembership',
          `{"userId":${alice.userId},"chatId":${chatId},"mutedUntil":${moment}}`,
        );
      }
    });

    it('may be the first and the last of those, and have an offset', async () => {
      const moments = {
        '1970-01-01T00:00:00Z': '1970-01-01T00:00:00.000Z',
        '2026-01-01T00:00:00.12Z': '2026-01-01T00:00:00.120Z',
        '9998-12-31T23:59:59.999999999Z': '9999-01-01T00:00:00.000Z',
        '2026-11-28T10:00:00+02:00': '2026-11-28T08:00:00.000Z',
        '2026-11-28T10:00:00.123456-05:30': '2026-11-28T15:30:00.123Z',
        '2027-01-01T00:59:59.5+01:00': '2026-12-31T23:59:59.500Z',
        '1970-01-01T00:00:00-00:01': '1970-01-01T00:01:00.000Z',
      };
      for (const [moment, mutedUntil] of Object.entries(moments)) {
        await alice.ok('sync', { since: moment });
        const set = await alice.ok('updateMembership', { chatId, mutedUntil: moment });
        expect(set).toMatchObject({ mutedUntil });
      }
    });
  });

  describe('a payload', () => {
    it.each(objectCommands)('of %s is an object', async (command) => {
      for (const json of refusedPayloads) await refused(command, json);
    });

    it('loses the keys that nobody knows, and pollutes nothing', async () => {
      const { id: before } = await alice.ok<{ id: number }>('sendMessage', { chatId, content: 'before' });
      const answer = await raw.ask(
        'sendMessage',
        `{"senderId":${alice.userId},"chatId":${chatId},"content":"x","__proto__":{"clientId":"p","polluted":1},` +
          `"constructor":{"prototype":{"polluted":1}},"id":${before},"seq":99,"seen":true,"deletedAt":"now","${MARKER}":1}`,
      );
      expect(answer).toMatchObject({
        ok: true,
        data: { content: 'x', clientId: null, seen: false, deletedAt: null },
      });
      expect(JSON.stringify(answer)).not.toContain(MARKER);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });

    it.each(Object.entries(refusedMetadata))('has no metadata with %s', async (_name, json) => {
      await refused('sendMessage', `{"senderId":1,"receiverId":2,"content":"x","metadata":${json}}`);
    });

    it.each(Object.entries(storableMetadata))('may have metadata: %s', async (_name, json) => {
      const frame = await raw.askFrame(
        'sendMessage',
        `{"senderId":${alice.userId},"chatId":${chatId},"content":"x","metadata":${json}}`,
      );
      // As texts: an assertion on objects would not see an own `__proto__`.
      const metadataIn = (text: string) => /"metadata":(\{.*?\}),"reactions"/.exec(text)?.[1];
      expect(metadataIn(frame)).toBe(json);
      const page = await raw.askFrame(
        'getMessages',
        `{"chatId":${chatId},"userId":${alice.userId},"limit":1}`,
      );
      const read = metadataIn(page)!;
      expect(canonical(read)).toBe(canonical(json));
      expect(({} as Record<string, unknown>).admin).toBeUndefined();
    });

    it.each([
      ['11 KB of brackets', nested(11_000)],
      ['100 KB of brackets', nested(100_000)],
      ['100 KB of objects', nestedObjects(100_000)],
      ['33 levels', nested(66)],
      ['13,000 keys', keys(13_000)],
      ['60,000 elements', `[${'1,'.repeat(60_000)}1]`],
    ])('of %s is refused in every command, and in no command', async (_name, json) => {
      for (const command of ['sendMessage', 'getChats', 'markAsSeen', 'noSuchCommand']) {
        await refused(command, json, command === 'noSuchCommand' ? 'UNKNOWN_COMMAND' : 'PAYLOAD_REFUSED');
      }
      await refused(
        'sendMessage',
        `{"senderId":1,"receiverId":2,"content":"x","metadata":${json}}`,
        'PAYLOAD_REFUSED',
      );
      await refused('sendMessage', `{"senderId":1,"receiverId":2,"content":${json}}`, 'PAYLOAD_REFUSED');
    });

    it.each([
      ['31 levels', nested(60)],
      ['1,900 keys', keys(1_900)],
    ])('of %s is legible, and no message', async (_name, json) => {
      await refused('sendMessage', `{"senderId":1,"receiverId":2,"content":${json}}`);
      await refused('sendMessage', json);
      await refused('createChat', json);
    });

    it('comes alone', async () => {
      const people = `{"user1Id":1,"user2Id":2}`;
      await refused('createChat', `${people},${people}`);
      await refused('createChat', `null,${people}`);
      expect(await raw.ask('createChat', `${people},null`)).toMatchObject({ ok: true });
    });
  });

  describe('a name', () => {
    const names = [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'error',
      'newMessage',
      '',
    ];

    it('that is no command is refused', async () => {
      for (const name of [...names, 'sendmessage', 'SENDMESSAGE', ' sendMessage', 'x'.repeat(10_000)]) {
        await refused(name, '1', 'UNKNOWN_COMMAND');
        await refused(name, '{}', 'UNKNOWN_COMMAND');
      }
    });

    it('of a REST route is no command', async () => {
      for (const name of ['createUser', 'getConfig', 'markChatAsSeen'])
        await refused(name, '{}', 'UNKNOWN_COMMAND');
    });

    it('may be a number, and is no command then', async () => {
      raw.send('42900[5,{}]');
      expect(answerIn(await raw.next())).toMatchObject({ ok: false, error: { code: 'UNKNOWN_COMMAND' } });
      raw.send('42[0]');
      expect(await raw.next()).toMatch(/^42\["exception",\{"command":null,"code":"UNKNOWN_COMMAND"/);
    });

    it('is told to a client without a callback, cut when it is long', async () => {
      raw.send(`42["${'y'.repeat(5_000)}${MARKER}"]`);
      const frame = await raw.next();
      expect(frame).toMatch(/^42\["exception",\{"command":"y+","code":"UNKNOWN_COMMAND"/);
      expect(frame).not.toContain(MARKER);
      expect(frame.length).toBeLessThan(500);
    });
  });

  describe('a stock client', () => {
    it('without a callback hears the error as an exception, without what it sent', async () => {
      alice.emit('sendMessage', { chatId, content: { [MARKER]: MARKER } });
      const heard = await alice.next('exception');
      expect(heard).toMatchObject({ command: 'sendMessage', code: 'VALIDATION_FAILED' });
      expect(JSON.stringify(heard)).not.toContain(MARKER);
    });

    it('hears an exception when its callback is not the last argument', async () => {
      const callback = jest.fn();
      alice.emit('getChats', callback, alice.userId);
      expect(await alice.next('exception')).toMatchObject({ command: 'getChats', code: 'VALIDATION_FAILED' });
      alice.emit('getChats', alice.userId, callback, { more: 1 });
      expect(await alice.next('exception')).toMatchObject({ command: 'getChats', code: 'VALIDATION_FAILED' });
      expect(callback).not.toHaveBeenCalled();
    });

    it('sends NaN, Infinity and undefined as nothing', async () => {
      for (const none of [Number.NaN, Number.POSITIVE_INFINITY, undefined, null]) {
        expect(await alice.refused('getChat', none)).toBe('VALIDATION_FAILED');
        expect(await alice.refused('getChat', { chatId: none })).toBe('VALIDATION_FAILED');
      }
    });

    it('is refused objects of 13,000 keys and of 1,000 levels with a code', async () => {
      const wide = JSON.parse(keys(13_000)) as unknown;
      const deep = JSON.parse(nested(2_000)) as unknown;
      expect(await alice.refused('createChat', wide)).toBe('PAYLOAD_REFUSED');
      expect(await alice.refused('createChat', deep)).toBe('PAYLOAD_REFUSED');
      expect(await alice.refused('sendMessage', { chatId, content: 'x', metadata: { deep } })).toBe(
        'PAYLOAD_REFUSED',
      );
    });

    it.each([
      ['an object of 60,000 keys', () => JSON.parse(keys(60_000)) as unknown],
      ['a text of 200 KB', () => 'x'.repeat(200_000)],
    ])('that sends %s is cut off', async (_name, payload) => {
      const client = await world.person(world.newId(), { reconnection: false });
      const reason = new Promise((resolve) => client.socket.once('disconnect', resolve));
      client.emit('sendMessage', payload());
      expect(await reason).toBe('transport close');
    });

    it.each([
      ['bytes', () => Buffer.from('bytes')],
      ['an object with bytes in it', () => ({ chatId: 1, content: new Uint8Array(3) })],
    ])('that sends %s is told so', async (_name, payload) => {
      const client = await world.person(world.newId(), { reconnection: false });
      expect(await client.refused('sendMessage', payload())).toBe('VALIDATION_FAILED');
      await client.ok('getChats');
      client.close();
    });

    it('leaves its peers in peace: they have heard of nothing but messages', () => {
      expect(bob.unread('exception')).toEqual([]);
      expect(alice.unread('exception')).toEqual([]);
    });
  });
});
