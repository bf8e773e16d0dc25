import { once } from 'node:events';
import { request } from 'node:http';
import { io, type Socket } from 'socket.io-client';
import type { ErrorView, MessageView } from '../../src/contract/index.js';
import { freshDatabase } from '../support/cluster.js';
import { Installation, type Program, serving } from '../support/process.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import type { KindName, Ports, ReverseProxy } from '../../tools/chaos/subjects/reverse-proxy.js';
import { describeWith, proxyBefore } from '../support/reverse-proxy.js';
import { eventually } from '../support/world.js';

jest.setTimeout(60_000);

/** Of an address; an hour long, so that nothing is given back within a test. */
const REQUESTS = 400;
const HANDSHAKES = 60;

const portOf = (url: string): number => Number(new URL(url).port);

interface Heard {
  status: number;
  text: string;
}

/** Two nodes as in production: linked by Redis, with limits, behind the proxy of `deploy/`, which they trust. */
function usersBehind(name: KindName): void {
  let installed: Installation;
  let database: { url: string; drop(): Promise<void> };
  let redis: Redis;
  let programs: Program[] = [];
  let ports: Ports[];
  let proxy: ReverseProxy;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    [installed, database, redis] = await Promise.all([Installation.make(), freshDatabase(), Redis.start()]);
    const variables = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      HOST: '127.0.0.1',
      TRUST_PROXY: '1',
      RATE_LIMITS: 'on',
      RATE_LIMIT_ADDRESS: `${REQUESTS}/1h`,
      RATE_LIMIT_HANDSHAKES: `${HANDSHAKES}/1h`,
    };
    programs = [installed.start(variables), installed.start(variables)];
    ports = await Promise.all(
      programs.map(async (program) => {
        const { rest, sockets: at } = await serving(program);
        return { rest: portOf(rest), sockets: portOf(at) };
      }),
    );
    proxy = await proxyBefore(name, [ports[0]!, ports[1]!]);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await proxy?.stop();
    for (const program of programs) program.kill('SIGTERM');
    await Promise.all(programs.map(({ exited }) => exited));
    redis?.close();
    await database.drop();
    await installed.remove();
  });

  const connect = async (userId: number, transport: 'websocket' | 'polling') => {
    const socket = io(proxy.url, { transports: [transport], forceNew: true, auth: { userId } });
    sockets.push(socket);
    const heard: MessageView[] = [];
    socket.on('newMessage', (message: MessageView) => heard.push(message));
    await once(socket as unknown as NodeJS.EventEmitter, 'ready');
    return { socket, heard };
  };

  const post = async (path: string, userId: number, body: object): Promise<Heard> => {
    const response = await fetch(`${proxy.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user-id': String(userId) },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };

  const direct = async (user1Id: number, user2Id: number): Promise<number> =>
    (JSON.parse((await post('/chats', user1Id, { user1Id, user2Id })).text) as { id: number }).id;

  /** A GET from this address of this machine. */
  const from = (address: string, path: string, headers: Record<string, string> = {}): Promise<Heard> =>
    new Promise((resolve, reject) => {
      request(`${proxy.url}${path}`, { localAddress: address, agent: false, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, text }));
        response.on('error', reject);
      })
        .on('error', reject)
        .end();
    });

  it('tells every device each message once, at whichever node and over whatever it was sent', async () => {
    const [alice, bob] = [1, 2];
    const chatId = await direct(alice, bob);
    const transports = ['websocket', 'websocket', 'websocket', 'websocket', 'polling'] as const;
    const devices = await Promise.all(transports.map((transport) => connect(bob, transport)));
    const at = await Promise.all(
      ports.map(async ({ rest }) => {
        const text = await (await fetch(`http://127.0.0.1:${rest}/metrics`)).text();
        return Number(/^chat_connections (\d+)$/m.exec(text)?.[1]);
      }),
    );
    for (const count of at) expect(count).toBeGreaterThanOrEqual(1);
    const writers = [await connect(alice, 'websocket'), await connect(alice, 'polling')];
    for (let i = 0; i < 4; i++) {
      for (const { socket } of writers)
        expect(await socket.emitWithAck('sendMessage', { chatId, content: 'by socket' })).toMatchObject({
          ok: true,
        });
      expect(await post(`/chats/${chatId}/messages`, alice, { content: 'by REST' })).toMatchObject({
        status: 201,
      });
    }
    const seqs = Array.from({ length: 12 }, (_, i) => i + 1);
    await eventually(() => devices.every(({ heard }) => heard.length >= seqs.length));
    // What another node has sent may come later than the next one, on a busy machine.
    for (const { heard } of devices)
      expect(heard.map(({ seq }) => seq).sort((one, other) => one - other)).toEqual(seqs);
  });

  it('takes a message of the greatest length over REST, long polling and WebSocket', async () => {
    const [alice, bob] = [11, 12];
    const chatId = await direct(alice, bob);
    const content = '💬'.repeat(5_000);
    const { heard } = await connect(bob, 'websocket');
    expect(await post(`/chats/${chatId}/messages`, alice, { content })).toMatchObject({ status: 201 });
    for (const transport of ['websocket', 'polling'] as const) {
      const { socket } = await connect(alice, transport);
      expect(await socket.emitWithAck('sendMessage', { chatId, content })).toMatchObject({ ok: true });
    }
    await eventually(() => heard.length === 3);
    for (const message of heard) expect(message.content).toBe(content);
  });

  it('refuses a body that is too large with the code for it, and one that is far too large, too', async () => {
    for (const length of [200_000, 900_000]) {
      const { status, text } = await post('/chats/1/messages', 1, { content: 'x'.repeat(length) });
      expect([length, status]).toEqual([length, 413]);
      expect(JSON.parse(text)).toMatchObject({ error: { code: 'PAYLOAD_REFUSED' } });
    }
    expect(await post('/chats/1/messages', 1, { content: 'x'.repeat(1_100_000) })).toMatchObject({
      status: 413,
    });
  });

  (process.platform === 'linux' ? describe : describe.skip)('counts people at their own addresses', () => {
    const isRefused = ({ status, text }: Heard) =>
      status === 429 &&
      (JSON.parse(text) as { error: ErrorView & { details: { limit: string } } }).error.details.limit ===
        'address commands';

    it('over REST, and not at addresses that they claim', async () => {
      const path = '/users/online';
      let asked = 0;
      // As many people, so that the limits of each of them do not matter.
      const ask = () =>
        from('127.0.0.21', path, {
          'x-user-id': String(100 + (asked++ % 20)),
          'x-forwarded-for': '127.0.0.22',
        });
      // Until both nodes refuse: each decides by its own count, which it compares with that of the others now and then.
      let answers: Heard[] = [];
      while (asked < 2 * REQUESTS && !(answers.length > 0 && answers.every(isRefused)))
        answers = await Promise.all(Array.from({ length: 20 }, ask));
      expect(answers.every(isRefused)).toBe(true);
      for (const address of ['127.0.0.22', '127.0.0.23'])
        expect(await from(address, path, { 'x-user-id': '22' })).toMatchObject({ status: 200 });
      expect(asked).toBeGreaterThanOrEqual(REQUESTS);
    });

    it('at handshakes', async () => {
      const path = '/socket.io/?EIO=4&transport=polling';
      let last: Heard = { status: 200, text: '' };
      for (let i = 0; i < 2 * HANDSHAKES + 10 && last.status !== 429; i++)
        last = await from('127.0.0.31', path);
      expect(last.status).toBe(429);
      expect(await from('127.0.0.32', path)).toMatchObject({ status: 200 });
      expect(await from('127.0.0.31', path)).toMatchObject({ status: 429 });
    });
  });
}

for (const [name, title] of [
  ['nginx', 'nginx'],
  ['haproxy', 'HAProxy'],
] as const)
  describeWith(name, `A system of two nodes behind ${title}`, () =>
    describeWithRedis('and Redis', () => usersBehind(name)),
  );
