import { WebSocket } from 'ws';
import { MARKER, nested } from '../support/bad-values.js';
import { answerIn, rawConnections, RawPolling } from '../support/raw-socket.js';
import { inTime } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

/** More than a frame or a polling body may have. */
const OVER_THE_LIMIT = 140_000;

describe('Bad frames', () => {
  let world: World;
  let bystander: Client;
  const { open, connect, poll } = rawConnections(() => world);

  beforeAll(async () => {
    world = await World.start();
    bystander = await world.person();
  });
  afterAll(() => world.stop());

  /** The bystander asks again and again while something goes on, and is answered in time each time. */
  const unnoticed = async (work: () => Promise<unknown>): Promise<void> => {
    let over = false;
    const going = work().finally(() => (over = true));
    do {
      await inTime(bystander.ok('getOnlineUsers'));
    } while (!over);
    await going;
  };

  const goneOffline = (person: number) =>
    eventually(async () => {
      const { body } = await world.http.get('/users/online').expect(200);
      return !(body as { userId: number }[]).some(({ userId }) => userId === person);
    });

  describe('of Socket.IO', () => {
    it.each([
      ['no packet type, before CONNECT', '4'],
      ['a binary event, before CONNECT', '451-["sendMessage",{"_placeholder":true,"num":0}]'],
    ])('with %s close the connection', async (_name, frame) => {
      const raw = await open();
      raw.send(frame);
      await raw.closed;
      await bystander.ok('getOnlineUsers');
    });

    it.each([
      ['broken JSON', '429["getChats",1', 'VALIDATION_FAILED'],
      ['a trailing comma', '429["getChats",]', 'VALIDATION_FAILED'],
      ['JSON after JSON', '429["getChats",1][]', 'VALIDATION_FAILED'],
      ['NaN', '429["getChats",NaN]', 'VALIDATION_FAILED'],
      ['Infinity', '429["sendMessage",{"receiverId":-Infinity}]', 'VALIDATION_FAILED'],
      ['comments', '429["getChats"/*x*/]', 'VALIDATION_FAILED'],
      ['no JSON', '429getChats', 'VALIDATION_FAILED'],
      ['no payload', '429', 'VALIDATION_FAILED'],
      ['no arguments', '429[]', 'VALIDATION_FAILED'],
      ['an object for arguments', '429{"0":"getChats"}', 'VALIDATION_FAILED'],
      ['a text for arguments', '429"getChats"', 'VALIDATION_FAILED'],
      ['null for a name', '429[null,1]', 'VALIDATION_FAILED'],
      ['an object for a name', '429[{"toString":"getChats"},1]', 'VALIDATION_FAILED'],
      ['an array for a name', '429[["getChats"],1]', 'VALIDATION_FAILED'],
      ['a boolean for a name', '429[true]', 'VALIDATION_FAILED'],
      ['the name connect', '429["connect"]', 'VALIDATION_FAILED'],
      ['the name disconnect', '429["disconnect"]', 'VALIDATION_FAILED'],
      ['the name disconnecting', '429["disconnecting"]', 'VALIDATION_FAILED'],
      ['the name newListener', '429["newListener"]', 'VALIDATION_FAILED'],
      ['a reserved name beside too much', `429["disconnect",${nested(11_000)}]`, 'VALIDATION_FAILED'],
      ['too much without a name', `429[${nested(11_000)}]`, 'VALIDATION_FAILED'],
      ['a binary argument', '451-9["sendMessage",{"_placeholder":true,"num":0}]', 'VALIDATION_FAILED'],
      ['a binary argument of no command', '451-9["x",{"_placeholder":true,"num":0}]', 'UNKNOWN_COMMAND'],
      ['a binary argument, and no number of them', '459["sendMessage",1]', 'VALIDATION_FAILED'],
      ['no binary argument', '450-9["getChats",1]', 'VALIDATION_FAILED'],
      ['a billion binary arguments', '45999999999-9["sendMessage"]', 'VALIDATION_FAILED'],
      ['a namespace that was not joined', '42/admin,9["getChats",1]', 'VALIDATION_FAILED'],
      ['no command of a namespace that was not joined', '42/admin,9["x",{}]', 'VALIDATION_FAILED'],
      ['broken JSON of a namespace that was not joined', '42/admin,9["getChats",', 'VALIDATION_FAILED'],
      [
        'a binary argument of a namespace that was not joined',
        '451-/admin,9["x",{"_placeholder":true,"num":0}]',
        'VALIDATION_FAILED',
      ],
    ])(
      'with %s are answered with a code, and so is what came before and after',
      async (_name, frame, code) => {
        const raw = await connect();
        raw.send(
          `428["sendMessage",{"senderId":${bystander.userId},"receiverId":${world.newId()},"content":"good"}]`,
        );
        raw.send(frame);
        if (frame.startsWith('451-')) raw.send(Buffer.from([1, 2, 3]));
        raw.send('4210["getOnlineUsers"]');
        const answers = new Map<string, unknown>();
        while (answers.size < 3) {
          const [, nsp, ack] = /^43(\/admin,)?(\d+)/.exec(await raw.next()) ?? [];
          if (ack !== undefined) answers.set(ack, null);
          if (ack === '9') expect(nsp).toBe(frame.includes('/admin,') ? '/admin,' : undefined);
        }
        expect([...answers.keys()].sort()).toEqual(['10', '8', '9']);
        expect(raw.unread).toEqual([]);
        const again = await connect();
        again.send(frame);
        if (frame.startsWith('451-')) again.send(Buffer.from([1, 2, 3]));
        expect(answerIn(await again.next())).toMatchObject({ ok: false, error: { code } });
        expect(await again.ask('getOnlineUsers')).toMatchObject({ ok: true });
        expect(again.unread).toEqual([]);
      },
    );

    it.each([
      ['an ack id past 2^53', '429007199254740993["getChats",1]'],
      ['an unknown packet type', '47["getChats",1]'],
      ['an unknown packet letter', '4x'],
      ['no packet type', '4'],
      ['an ACK with no array', '430{}'],
      ['an ACK of 100 KB of brackets', `430${nested(100_000)}`],
      ['a binary event that promises -1', '45-1-["sendMessage"]'],
      ['a binary ack', '460-0[{"_placeholder":true,"num":0}]'],
      ['a binary frame', Buffer.from([4, 2, 1])],
      ['broken JSON, and no callback', '42["getChats",1'],
      ['a namespace that was not joined, and no callback', '42/admin,["x",{}]'],
      ['broken JSON of a namespace that was not joined, and no callback', '42/admin,["getChats",'],
      ['an ACK with no array of a namespace that was not joined', '43/admin,0{}'],
    ])('with %s are refused, and the connection goes on', async (_name, frame) => {
      const raw = await connect();
      raw.send(frame);
      expect(await raw.next()).toMatch(/^42\["exception",\{"command":.{1,20},"code":"VALIDATION_FAILED"/);
      expect(await raw.ask('getOnlineUsers')).toMatchObject({ ok: true });
      expect(raw.unread).toEqual([]);
    });

    it('of bytes from a stock client are answered, beside what else it sends', async () => {
      const client = await world.person();
      const content = 'beside bytes';
      const [before, bytes, deep, after] = await Promise.all([
        client.ask('sendMessage', { receiverId: bystander.userId, content }),
        client.ask('sendMessage', Buffer.from('bytes')),
        client.ask('sendMessage', {
          receiverId: bystander.userId,
          content,
          metadata: { a: [new Uint8Array(5)] },
        }),
        client.ask('sendMessage', { receiverId: bystander.userId, content }),
      ]);
      expect([before.ok, after.ok]).toEqual([true, true]);
      for (const refused of [bytes, deep]) {
        expect(refused).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
      }
      expect(client.socket.connected).toBe(true);
    });

    it.each([
      ['an ACK that nobody waits for', '43999[1]'],
      ['an ACK of what cannot be', '430[{"__proto__":1}]'],
      ['an ACK of a namespace that was not joined', '43/admin,9[1]'],
    ])('with %s are nothing', async (_name, frame) => {
      const raw = await connect();
      raw.send(frame);
      expect(await raw.ask('getOnlineUsers')).toMatchObject({ ok: true });
      expect(raw.unread).toEqual([]);
    });

    it('answer each of many commands with the same ack id', async () => {
      const raw = await connect();
      for (let i = 0; i < 20; i++) raw.send('427["getOnlineUsers"]');
      for (let i = 0; i < 20; i++) expect(answerIn(await raw.next())).toMatchObject({ ok: true });
    });

    it('with credentials of anything open a connection, and pollute nothing', async () => {
      for (const credentials of ['{}', '{"__proto__":{"polluted":1}}', `{"token":{"${MARKER}":[1]}}`]) {
        const raw = await open();
        raw.send(`40${credentials}`);
        expect(await raw.next()).toMatch(/^40\{"sid":"[\w-]+"\}$/);
        expect(await raw.ask('getOnlineUsers')).toMatchObject({ ok: true });
      }
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });

    it.each([
      ['no object', '40["token"]'],
      ['a text', '40"token"'],
      ['deep nesting', `40{"token":${nested(11_000)}}`],
      ['100 KB of brackets', `40{"token":${nested(100_000)}}`],
    ])('with credentials of %s close the connection', async (_name, frame) => {
      const raw = await open();
      raw.send(frame);
      await raw.closed;
      await bystander.ok('getOnlineUsers');
    });

    it('that join a namespace there is not are told so, without its name', async () => {
      const raw = await open();
      raw.send(`40/${MARKER},`);
      const frame = await raw.next();
      expect(frame).toContain('Invalid namespace');
      raw.send('40');
      expect(await raw.next()).toMatch(/^40\{/);
    });

    it('that come before CONNECT close the connection', async () => {
      const raw = await open();
      raw.send('420["getOnlineUsers"]');
      await raw.closed;
    });

    it('that connect a hundred times at once leave nobody behind', async () => {
      const raw = await open();
      const ghost = world.newId();
      for (let i = 0; i < 100; i++) raw.send('40');
      raw.send(`420["userOnline",${ghost}]`);
      raw.close();
      await raw.closed;
      await goneOffline(ghost);
    });

    it('that connect a thousand times in one body make a handful of sockets, and end the session', async () => {
      const made = async () => {
        const { text } = await world.http.get('/metrics').expect(200);
        return Number(/^chat_connections_total (\d+)$/m.exec(text)?.[1]);
      };
      const before = await made();
      const polling = await RawPolling.open(world.socketUrl);
      expect(await polling.isEndedBy(Array(1_000).fill('40').join('\x1e'))).toBe(true);
      const raw = await open();
      for (let i = 0; i < 1_000; i++) raw.send('40');
      await raw.closed;
      expect((await made()) - before).toBeLessThanOrEqual(20);
    });

    it('that go on after DISCONNECT close the connection, and leave nobody online', async () => {
      const raw = await connect();
      const ghost = world.newId();
      raw.send('41');
      raw.send(`42["userOnline",${ghost}]`);
      await eventually(() => {
        if (raw.isOpen) raw.send('42["getOnlineUsers"]');
        return !raw.isOpen;
      });
      await goneOffline(ghost);
    });
  });

  describe('of Engine.IO and WebSocket', () => {
    it.each([
      ['an unknown packet type', 'z'],
      ['no packet', ''],
      ['a ping, which is the server’s to send', '2'],
      ['a second handshake', '0{"sid":"x"}'],
    ])('with %s close the connection or are nothing', async (_name, frame) => {
      const raw = await connect();
      raw.send(frame);
      const answer = await raw.ask('getOnlineUsers').catch(() => null);
      if (answer) expect(answer).toMatchObject({ ok: true });
      else await raw.closed;
      await bystander.ok('getOnlineUsers');
    });

    it.each([
      ['binary data', Buffer.from([4, 2, 1])],
      ['binary data that reads like a command', Buffer.from('42["getChats",1]')],
      ['empty binary data', Buffer.alloc(0)],
    ])('with %s before CONNECT close the connection', async (_name, frame) => {
      const raw = await open();
      raw.send(frame);
      await raw.closed;
      await bystander.ok('getOnlineUsers');
    });

    const masked = (head: number[], body: Buffer) =>
      Buffer.concat([Buffer.from([...head, 0x80 | body.length, 0, 0, 0, 0]), body]);

    it.each([
      ['invalid UTF-8', masked([0x81], Buffer.from([0x34, 0x32, 0xff, 0xfe])), 1007],
      ['a surrogate as UTF-8', masked([0x81], Buffer.from([0x34, 0xed, 0xa0, 0x80])), 1007],
      ['overlong UTF-8', masked([0x81], Buffer.from([0x34, 0xc0, 0x80])), 1007],
      ['no mask', Buffer.from([0x81, 0x01, 0x34]), 1002],
      ['reserved bits', masked([0xf1], Buffer.from('42')), 1002],
      ['a reserved opcode', masked([0x83], Buffer.from('42')), 1002],
      ['a continuation of nothing', masked([0x80], Buffer.from('42')), 1002],
      ['a length past all limits', Buffer.from([0x81, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255]), 1009],
      ['a ping in two parts', masked([0x09], Buffer.from('x')), 1002],
      ['noise', Buffer.from(Array.from({ length: 200 }, (_, i) => (i * 7919) % 256)), 1002],
    ])('with %s close the connection', async (_name, bytes, code) => {
      const raw = await connect();
      raw.sendBytes(bytes);
      expect([code, 1006]).toContain(await raw.closed);
      await bystander.ok('getOnlineUsers');
    });

    it('of a protocol that is not spoken are refused at the handshake', async () => {
      const base = `${world.socketUrl.replace('http', 'ws')}/socket.io/`;
      const queries = [
        '?EIO=3',
        '?EIO=__proto__',
        '',
        '?EIO=4&transport=constructor',
        '?EIO=4&sid=__proto__',
      ];
      for (const query of queries) {
        const url = `${base}${query}${query.includes('transport') ? '' : '&transport=websocket'}`;
        const outcome = await new Promise((resolve) => {
          const ws = new WebSocket(url);
          ws.on('message', (frame: Buffer) => resolve(frame.toString()));
          ws.once('error', () => resolve('refused'));
          ws.once('close', () => resolve('refused'));
        });
        expect({ query, outcome }).toEqual({ query, outcome: 'refused' });
      }
      await bystander.ok('getOnlineUsers');
    });
  });

  describe('over long polling', () => {
    it.each([
      ['broken JSON', '429["getChats",1'],
      ['a binary event that lies', '4599-9["getChats"]'],
      ['base64 of a binary argument', '451-9["getChats",{"_placeholder":true,"num":0}]\x1ebAQID'],
      ['a namespace that was not joined', '42/admin,9["x",{}]'],
    ])('with %s are answered with a code, and so is what came before', async (_name, body) => {
      const polling = await poll();
      await polling.post(`428["getOnlineUsers"]\x1e${body}`);
      let heard = '';
      while (!heard.includes('438[') || !/43(\/admin,)?9\[/.test(heard)) heard += await polling.poll();
      expect(heard).toMatch(/43(\/admin,)?9\[\{"ok":false,"error":\{"code":"VALIDATION_FAILED"/);
      expect(await polling.isOpen()).toBe(true);
    });

    it('with 100 KB of brackets are answered with a code', async () => {
      const polling = await poll();
      await polling.post(`429["sendMessage",${nested(100_000)}]`);
      expect(answerIn(await polling.poll())).toMatchObject({ error: { code: 'PAYLOAD_REFUSED' } });
    });

    it('over the limit are refused', async () => {
      const polling = await poll();
      const posted = await polling
        .post(`42["sendMessage",{"content":"${MARKER.repeat(OVER_THE_LIMIT / MARKER.length)}"}]`)
        .catch(() => ({ status: 413, text: '' }));
      expect(posted.status).toBe(413);
      expect(posted.text).not.toContain(MARKER);
      await bystander.ok('getOnlineUsers');
    });

    it('of 40,000 packets in one body keep nobody waiting', async () => {
      await unnoticed(async () => {
        const polling = await poll();
        expect(await polling.isEndedBy('3\x1e'.repeat(40_000))).toBe(true);
      });
    });

    it('with a text that is no UTF-8 store nothing altered', async () => {
      const polling = await poll();
      const before = await world.sql('SELECT count(*) FROM messages');
      const [head, tail] = ['420["sendMessage",{"senderId":1,"receiverId":2,"content":"a', 'b"}]'];
      const body = [Buffer.from(head), Buffer.from([0xff, 0xed, 0xa0, 0x80]), Buffer.from(tail)];
      expect(await polling.isEndedBy(Buffer.concat(body))).toBe(true);
      expect(await world.sql('SELECT count(*) FROM messages')).toEqual(before);
    });

    it('of no session, or a strange one, are refused as such', async () => {
      const base = `${world.socketUrl}/socket.io/?EIO=4&transport=polling`;
      for (const sid of ['x', '__proto__', 'constructor', '%00', '%E0%A4%A', MARKER, '../..']) {
        for (const method of ['GET', 'POST']) {
          const response = await fetch(`${base}&sid=${sid}`, { method });
          expect(response.status).toBe(400);
          expect(await response.text()).not.toContain(MARKER);
        }
      }
      expect((await fetch(base, { method: 'POST', body: '40' })).status).toBe(400);
      expect((await fetch(`${world.socketUrl}/socket.io/?EIO=3&transport=polling`)).status).toBe(400);
      expect((await fetch(`${world.socketUrl}/${MARKER}`)).status).toBe(404);
      await bystander.ok('getOnlineUsers');
    });
  });

  describe('in floods', () => {
    it('of 500 handshakes over websocket leave the server serving', async () => {
      await unnoticed(async () => {
        const idle = await Promise.all(Array.from({ length: 500 }, open));
        expect(idle).toHaveLength(500);
      });
      expect((await world.person()).userId).toBeGreaterThan(0);
    });

    it('of 500 handshakes over polling leave the server serving', async () => {
      await unnoticed(async () => {
        const opening = Array.from({ length: 500 }, () => RawPolling.open(world.socketUrl));
        const idle = await Promise.all(opening);
        await Promise.all(idle.map((polling) => polling.close()));
      });
      expect((await world.person(undefined, { transports: ['polling'] })).userId).toBeGreaterThan(0);
    });

    it('of 3,000 sends and 3,000 reads from one socket are all answered with ok or a code', async () => {
      const raw = await connect();
      const content = '{"senderId":1,"receiverId":2,"content":"x"}';
      await unnoticed(async () => {
        for (let i = 0; i < 3_000; i++) {
          raw.send(`42${2 * i}["sendMessage",${content}]`);
          raw.send(`42${2 * i + 1}["getChats",1]`);
        }
        const codes = new Set<string>();
        for (let answers = 0; answers < 6_000;) {
          const frame = await raw.next();
          if (!frame.startsWith('43')) continue;
          const answer = answerIn(frame);
          codes.add(answer.ok ? 'ok' : answer.error.code);
          answers++;
        }
        expect(['ok', 'OVERLOADED', 'UNAVAILABLE', 'RATE_LIMITED']).toEqual(
          expect.arrayContaining([...codes]),
        );
      });
    });
  });

  // Waits for the server's own bound of 10 s: nothing else shows that it is kept.
  it('that never come close the connection: no CONNECT, no socket', async () => {
    const silent = await open();
    const lost = await open();
    lost.send('40/nowhere,');
    const polling = await RawPolling.open(world.socketUrl);
    const polled = polling.poll();
    await Promise.all([silent.closed, lost.closed]);
    await polled;
    expect(await polling.isOpen()).toBe(false);
  });
});
