import { once } from 'node:events';
import { connect } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import type { Answer, MessageView } from '../../src/contract/index.js';
import { RawHttp } from '../support/raw-http.js';
import { RawPolling, RawSocket } from '../support/raw-socket.js';
import { ownAccounts } from '../support/accounts.js';
import { eventually, World } from '../support/world.js';

jest.setTimeout(60_000);

const restUrl = (world: World) => `http://127.0.0.1:${world.app.httpPort}`;
const portsOf = (world: World) => [restUrl(world), world.socketUrl] as const;

const HANDSHAKE = '/socket.io/?EIO=4&transport=';

/** The outcome of a WebSocket's handshake: 101, or the status of the refusal. */
async function upgraded(url: string, headers: Record<string, string> = {}): Promise<number> {
  const ws = new WebSocket(`${url.replace('http', 'ws')}${HANDSHAKE}websocket`, { headers });
  ws.on('error', () => undefined);
  const status = await Promise.race([
    once(ws, 'open').then(() => 101),
    once(ws, 'unexpected-response').then(([, response]) => (response as { statusCode: number }).statusCode),
  ]);
  ws.terminate();
  return status;
}

const polled = async (url: string, headers: Record<string, string> = {}): Promise<number> =>
  (await fetch(`${url}${HANDSHAKE}polling`, { headers })).status;

describe('Socket.IO on the port of REST', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  const arrive = async (userId: number, transports: string[], url = restUrl(world)): Promise<Socket> => {
    const socket = io(url, { transports, forceNew: true, auth: { userId }, reconnectionDelay: 50 });
    sockets.push(socket);
    await new Promise((resolve) => socket.once('ready', resolve));
    return socket;
  };
  const connections = async (): Promise<number> => {
    const { text } = await world.http.get('/metrics').set('Host', 'localhost');
    return Number(/^chat_connections (\d+)$/m.exec(text)?.[1]);
  };

  it.each([[['websocket']], [['polling']], [['polling', 'websocket']]])(
    'serves stock clients over %j, and those of both ports hear each other',
    async (transports) => {
      const [here, there] = [await arrive(world.newId(), transports), await world.person()];
      if (transports.length === 2) await eventually(() => here.io.engine.transport.name === 'websocket');
      const answer = (await here.emitWithAck('sendMessage', {
        receiverId: there.userId,
        content: 'hi',
      })) as Answer;
      expect(answer).toMatchObject({ ok: true, data: { content: 'hi' } });
      expect(await there.next('newMessage')).toMatchObject({ content: 'hi' });
      const heard = new Promise((resolve) => here.once('newMessage', resolve));
      await there.ok('sendMessage', {
        receiverId: (answer as { data: MessageView }).data.senderId,
        content: 'hi too',
      });
      expect(await heard).toMatchObject({ content: 'hi too' });
    },
  );

  it('counts the connections of both ports together', async () => {
    // The sockets of the tests before are gone, their three people are still there.
    await eventually(async () => (await connections()) === 3);
    await arrive(world.newId(), ['websocket']);
    await arrive(world.newId(), ['polling']);
    await arrive(world.newId(), ['websocket'], world.socketUrl);
    expect(await connections()).toBe(6);
  });

  it('lets a session that begins at one port go on at the other', async () => {
    const { sid } = JSON.parse(
      (await (await fetch(`${restUrl(world)}${HANDSHAKE}polling`)).text()).slice(1),
    ) as { sid: string };
    const at = `${world.socketUrl}${HANDSHAKE}polling&sid=${sid}`;
    expect((await fetch(at, { method: 'POST', body: '40' })).status).toBe(200);
    expect(await (await fetch(at)).text()).toMatch(/^40\{"sid"/);
  });

  it('leaves every other path to REST', async () => {
    for (const path of ['/socket.io', '/socket.iox/', '/socket', '/x/socket.io/']) {
      expect((await world.http.get(path).set('Host', 'localhost').expect(404)).body).toMatchObject({
        error: { code: 'UNKNOWN_COMMAND' },
      });
    }
  });

  it('refuses bytes of long polling that are no UTF-8, and stores nothing', async () => {
    const polling = await RawPolling.connect(restUrl(world));
    const body = Buffer.concat([
      Buffer.from('42["sendMessage",{"content":"'),
      Buffer.from([0xff]),
      Buffer.from('"}]'),
    ]);
    expect(await polling.isEndedBy(body)).toBe(true);
  });

  describe('answers requests that offer another protocol as ever', () => {
    const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n';

    const told = async (text: string): Promise<string> => {
      const socket = connect(world.app.httpPort, '127.0.0.1');
      let heard = '';
      socket.on('data', (chunk) => (heard += chunk.toString()));
      socket.write(text);
      await eventually(() => /\r\n\r\n[^]*[\]}]/.test(heard));
      socket.destroy();
      return heard;
    };

    it('a GET', async () => {
      const heard = await told(`GET /health/live HTTP/1.1\r\nHost: localhost\r\n${offer}\r\n`);
      expect(heard).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(heard).toContain('"alive"');
    });

    it('a POST with its body', async () => {
      const body = JSON.stringify({ user1Id: world.newId(), user2Id: world.newId() });
      const head = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
      const heard = await told(`POST /chats HTTP/1.1\r\nHost: localhost\r\n${offer}${head}\r\n${body}`);
      expect(heard).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
      expect(heard).toContain('"type":"direct"');
    });

    it('a WebSocket that is not for Socket.IO', async () => {
      const ws =
        'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AA==\r\n';
      expect(await told(`GET /chats/socket HTTP/1.1\r\nHost: localhost\r\n${ws}\r\n`)).toMatch(
        /^HTTP\/1\.1 4\d\d /,
      );
    });

    it('and closes on CONNECT', async () => {
      const raw = new RawHttp(world.app.httpPort);
      expect(await raw.tell('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n')).toBe('');
    });
  });
});

describe('Pages may connect at the port of REST as at the other:', () => {
  const mayConnect = async (world: World, headers: (url: string) => Record<string, string>) => {
    const outcomes: boolean[] = [];
    for (const url of portsOf(world)) {
      outcomes.push((await upgraded(url, headers(url))) === 101, (await polled(url, headers(url))) === 200);
    }
    return outcomes;
  };
  const [yes, no] = [
    [true, true, true, true],
    [false, false, false, false],
  ];
  const origin = (origin: string) => () => ({ origin });

  it('in open mode those of localhost, by names that nobody may own', async () => {
    const world = await World.start();
    try {
      expect(await mayConnect(world, origin('http://localhost:5173'))).toEqual(yes);
      expect(await mayConnect(world, origin('https://evil.example'))).toEqual(no);
      expect(await mayConnect(world, origin('null'))).toEqual(no);
      const rebound = { host: 'evil.example', origin: 'http://evil.example' };
      for (const url of portsOf(world)) expect(await upgraded(url, rebound)).toBe(403);
      const raw = new RawHttp(world.app.httpPort);
      const ask = async (headers: Record<string, string>) =>
        (await raw.ask({ path: `${HANDSHAKE}polling`, headers })).status;
      expect(await ask(rebound)).toBe(403);
      expect(await ask({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    } finally {
      await world.stop();
    }
  });

  it('with AUTH=jwt the named ones, and those of the host itself', async () => {
    const world = await World.start({ ...ownAccounts(), ALLOWED_ORIGINS: 'https://app.example' });
    try {
      expect(await mayConnect(world, origin('https://app.example'))).toEqual(yes);
      expect(await mayConnect(world, origin('https://evil.example'))).toEqual(no);
      expect(await mayConnect(world, (url) => ({ origin: url }))).toEqual(yes);
      for (const url of portsOf(world)) {
        const own = { host: 'chat.example.com', origin: 'https://chat.example.com' };
        expect(await upgraded(url, own)).toBe(101);
        expect(await upgraded(url, { ...own, origin: 'https://chat.example.com.evil.example' })).toBe(403);
        expect(await upgraded(url, { ...own, origin: 'https://chat.example.com:8443' })).toBe(403);
      }
    } finally {
      await world.stop();
    }
  });

  it('and read the answers of long polling', async () => {
    const world = await World.start();
    try {
      const headers = { origin: 'http://localhost:5173' };
      const answer = await fetch(`${restUrl(world)}${HANDSHAKE}polling`, { headers });
      expect(answer.headers.get('access-control-allow-origin')).toBe(headers.origin);
    } finally {
      await world.stop();
    }
  });
});

describe('Limits hold at the port of REST:', () => {
  const limited = async (variables: Record<string, string>, test: (world: World) => Promise<void>) => {
    const world = await World.start({ RATE_LIMITS: 'on', ...variables });
    try {
      await test(world);
    } finally {
      await world.stop();
    }
  };

  it('handshakes of an address count for both ports together', () =>
    limited({ RATE_LIMIT_HANDSHAKES: '3/1m' }, async (world) => {
      const [rest, sockets] = portsOf(world);
      expect([await upgraded(rest), await upgraded(sockets), await polled(rest)]).toEqual([101, 101, 200]);
      expect([await upgraded(rest), await polled(rest), await upgraded(sockets)]).toEqual([429, 429, 429]);
    }));

  it('open sockets of an address, of a user too', () =>
    limited({ RATE_LIMIT_SOCKETS: '2', RATE_LIMIT_USER_SOCKETS: '1' }, async (world) => {
      const [rest, sockets] = portsOf(world);
      const alice = await RawSocket.connect(rest);
      await alice.ask('userOnline', '1');
      const bob = await RawSocket.connect(sockets);
      expect(await bob.ask('userOnline', '1')).toMatchObject({ ok: false, error: { code: 'RATE_LIMITED' } });
      expect([await upgraded(rest), await upgraded(sockets)]).toEqual([429, 429]);
      alice.close();
      bob.close();
    }));

  it('unknown sessions count as requests of their address', () =>
    limited({ RATE_LIMIT_ADDRESS: '3/1m' }, async (world) => {
      const url = `${restUrl(world)}${HANDSHAKE}polling&sid=nobody`;
      const statuses: number[] = [];
      for (let i = 0; i < 4; i++) statuses.push((await fetch(url)).status);
      expect(statuses).toEqual([400, 400, 400, 429]);
    }));

  it('a stream of frames ends the connection at once', () =>
    limited({}, async (world) => {
      const raw = await RawSocket.connect(restUrl(world));
      const frame = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x33]);
      raw.sendBytes(Buffer.concat(Array.from({ length: 5_000 }, () => frame)));
      expect(await raw.closed).toBe(1006);
    }));

  it('and so does the body of long polling, before it is taken apart', () =>
    limited({}, async (world) => {
      const polling = await RawPolling.open(restUrl(world));
      const packets = Array.from({ length: 60_000 }, () => '3').join('\x1e');
      await polling.post(packets).catch(() => undefined);
      await eventually(async () => !(await polling.isOpen()));
    }));

  it('a reader that does not read is cut off', async () => {
    const world = await World.start();
    try {
      const alice = await world.person();
      const raw = await RawSocket.connect(restUrl(world));
      await raw.ask('userOnline', '7');
      raw.pause();
      const content = 'x'.repeat(10_000);
      const send = () => alice.ok('sendMessage', { receiverId: 7, content });
      const open = async () => {
        const { text } = await world.http.get('/metrics').set('Host', 'localhost');
        return /^chat_connections 2$/m.test(text);
      };
      for (let i = 0; i < 200 && (await open()); i++) {
        await Promise.all(Array.from({ length: 40 }, send));
      }
      expect(await open()).toBe(false);
      raw.close();
    } finally {
      await world.stop();
    }
  });
});

describe('A node that stops', () => {
  it('closes the sockets of both ports so that stock clients come back, and ends', async () => {
    const world = await World.start();
    const reasons = await Promise.all(
      portsOf(world)
        .flatMap((url) =>
          ['websocket', 'polling'].map(async (transport) => {
            const socket = io(url, { transports: [transport], forceNew: true, reconnection: false });
            await new Promise((resolve) => socket.once('connect', () => resolve(null)));
            return new Promise<string>((resolve) => socket.once('disconnect', resolve));
          }),
        )
        .map((closing, i) => (i === 3 ? stopping(world, closing) : closing)),
    );
    for (const reason of reasons) expect(reason).toMatch(/^transport (close|error)$/);
  });
});

/** Stops the world once the other sockets had time to connect. */
async function stopping(world: World, closing: Promise<string>): Promise<string> {
  await eventually(async () => {
    const { text } = await world.http.get('/metrics').set('Host', 'localhost');
    return /^chat_connections 4$/m.test(text);
  });
  const began = performance.now();
  await world.stop();
  expect(performance.now() - began).toBeLessThan(15_000);
  return closing;
}
