import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { io, type Socket } from 'socket.io-client';
import { Proxy } from '../../tools/chaos/subjects/proxy.js';
import type { Answer } from '../../src/contract/index.js';
import { type Addresses, ownInstallation, type Program, serving } from '../support/process.js';
import { pause } from '../support/time.js';
import { waitingForLock } from '../support/database-locks.js';
import { eventually, World } from '../support/world.js';

jest.setTimeout(90_000);

/** The longest that may be set. */
const NOTICE_MS = 5_000;

/** Null while a connection that was kept open turns out to be closed. */
const ready = (rest: string): Promise<number | null> =>
  fetch(`${rest}/health/ready`).then(
    ({ status }) => status,
    () => null,
  );

const portOf = (url: string): number => Number(new URL(url).port);

/** The most of these moments that lie within so many milliseconds. */
function mostWithin(moments: readonly number[], ms: number): number {
  const sorted = moments.toSorted((a, b) => a - b);
  let first = 0;
  return Math.max(
    ...sorted.map((moment, last) => {
      while (moment - sorted[first]! > ms) first++;
      return last - first + 1;
    }),
  );
}

describe('A node that is told to stop', () => {
  const own = ownInstallation();

  const node = async (variables: Record<string, string> = {}): Promise<Program & Addresses> => {
    const program = own.installed.start({ HOST: '127.0.0.1', DATABASE_URL: own.database.url, ...variables });
    const { rest, sockets } = await serving(program);
    const at = (url: string) => url.replace('localhost', '127.0.0.1');
    return Object.assign(program, { rest: at(rest), sockets: at(sockets) });
  };

  /** A test that fails must not leave hundreds of clients behind that try and try beside the suites after it. */
  const leave: (() => void)[] = [];
  afterEach(() => {
    for (const end of leave.splice(0)) end();
  });

  const connect = (url: string): Socket => {
    const options = { transports: ['websocket'], forceNew: true, reconnectionDelay: 50 };
    const socket = io(url, { ...options, reconnectionDelayMax: 500 });
    leave.push(() => socket.disconnect());
    return socket;
  };

  it('is not ready at once, serves through its notice, then refuses requests and handshakes', async () => {
    const one = await node({ DRAIN_NOTICE_MS: '1500', DRAIN_SPREAD_MS: '12000' });
    // So many that closing them takes a while.
    const clients = Array.from({ length: 200 }, () => connect(one.sockets).on('disconnect', () => undefined));
    await eventually(() => clients.every((client) => client.connected));
    for (const client of clients) client.io.reconnection(false);

    one.kill('SIGTERM');
    await eventually(async () => (await ready(one.rest)) === 503);
    expect(await (await fetch(`${one.rest}/health/ready`)).json()).toMatchObject({ status: 'draining' });
    const served = await fetch(`${one.rest}/chats/user/1`);
    expect([served.status, served.headers.get('connection')]).toEqual([200, 'close']);

    await eventually(async () => (await fetch(`${one.rest}/chats/user/1`)).status === 503);
    const refused = await fetch(`${one.rest}/chats/user/1`);
    expect(refused.headers.get('connection')).toBe('close');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({
      error: { code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) },
    });
    expect((await fetch(`${one.rest}/health/live`)).status).toBe(200);

    const handshake = await fetch(`${one.sockets}/socket.io/?EIO=4&transport=polling`);
    expect(handshake.status).toBe(503);
    expect(Number(handshake.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await handshake.json()).toMatchObject({ error: { code: 'UNAVAILABLE' } });
    const late = io(one.sockets, { transports: ['websocket'], forceNew: true, reconnection: false });
    await new Promise((resolve) => late.once('connect_error', resolve));
    expect(clients.some((client) => client.connected)).toBe(true);
    expect(await one.exited).toBe(0);
  });

  it('ends at once at a second signal', async () => {
    const one = await node({ DRAIN_NOTICE_MS: String(NOTICE_MS) });
    one.kill('SIGTERM');
    await eventually(async () => (await ready(one.rest)) === 503);
    const told = performance.now();
    one.kill('SIGTERM');
    expect(await one.exited).toBe(1);
    expect(performance.now() - told).toBeLessThan(NOTICE_MS);
  });

  it('moves its clients to another, spread over time, and nothing that was sent is lost or doubled', async () => {
    const [one, other] = [await node(), await node()];
    const balancer = await Proxy.to(portOf(one.sockets));
    const people = Array.from({ length: 250 }, (_, i) => i + 1);
    const acked: string[] = [];
    const sent = new Set<string>();
    const bad: unknown[] = [];
    const closedAt: number[] = [];
    const reasons = new Set<string>();
    let stopping = false;
    leave.push(() => {
      stopping = true;
    });

    const clients = people.map(() => connect(`http://127.0.0.1:${balancer.port}`));
    for (const client of clients) {
      client.on('disconnect', (reason) => {
        if (stopping) return;
        closedAt.push(performance.now());
        reasons.add(reason);
      });
    }
    await eventually(() => clients.every((client) => client.connected));

    /** One answer, or null when the connection closed first. */
    const ask = (socket: Socket, payload: object): Promise<Answer | null> =>
      new Promise((resolve) => {
        const closed = () => resolve(null);
        socket.once('disconnect', closed);
        socket.emit('sendMessage', payload, (answer: Answer) => {
          socket.off('disconnect', closed);
          resolve(answer);
        });
      });
    /** Sends one after another, each again with its key until it is acked. */
    const talk = async (socket: Socket, senderId: number): Promise<void> => {
      while (!stopping) {
        const clientId = randomUUID();
        const receiverId = (senderId % people.length) + 1;
        sent.add(clientId);
        for (;;) {
          await eventually(() => socket.connected);
          const answer = await ask(socket, { senderId, receiverId, content: 'hi', clientId });
          if (answer?.ok) break;
          if (answer && answer.error.code !== 'UNAVAILABLE') bad.push(answer);
        }
        acked.push(clientId);
        await pause(20);
      }
    };
    const talking = people.map((senderId, i) => talk(clients[i]!, senderId));
    // Awaited at the end; the test may have failed by then.
    for (const one of talking) one.catch(() => undefined);
    await eventually(() => acked.length > 1_000);

    balancer.targets = [portOf(other.sockets)];
    const told = performance.now();
    one.kill('SIGTERM');
    expect(await one.exited).toBe(0);
    expect(performance.now() - told).toBeLessThan(25_000);
    await eventually(() => clients.every((client) => client.connected));
    stopping = true;
    await Promise.all(talking);
    for (const client of clients) client.disconnect();

    expect(bad).toEqual([]);
    expect([...reasons]).toEqual(['transport close']);
    expect(closedAt).toHaveLength(people.length);
    // 10 ms a socket. They go by tens; a busy machine may hear of many such slices at once, but never of half of all.
    const spreadMs = Math.max(...closedAt) - Math.min(...closedAt);
    expect(spreadMs).toBeGreaterThan(1_500);
    expect(mostWithin(closedAt, spreadMs / 10)).toBeLessThan(people.length / 2);

    const truth = new pg.Client({ connectionString: own.database.url });
    await truth.connect();
    const { rows } = await truth.query<{ clientId: string; count: number }>(
      'SELECT "clientId", count(*)::int AS count FROM messages GROUP BY "clientId"',
    );
    await truth.end();
    expect(rows.filter(({ count }) => count !== 1)).toEqual([]);
    expect(new Set(rows.map(({ clientId }) => clientId))).toEqual(sent);
    other.kill('SIGTERM');
    expect(await other.exited).toBe(0);
    await balancer.close();
  });

  it('is left by stock clients without options, who are somebody again at another, and lose nothing', async () => {
    const [one, other] = [await node(), await node()];
    const balancer = await Proxy.to(portOf(one.sockets));
    const people = Array.from({ length: 6 }, (_, i) => 9_001 + i);
    const sent: string[] = [];
    const bad: unknown[] = [];
    let stopping = false;
    leave.push(() => {
      stopping = true;
    });
    const clients = people.map((userId) => {
      const socket = io(`http://127.0.0.1:${balancer.port}`, { auth: { userId } });
      leave.push(() => socket.disconnect());
      return socket;
    });
    const heard = clients.map((socket) => {
      const contents = new Set<string>();
      socket.on('newMessage', ({ content }: { content: string }) => contents.add(content));
      return contents;
    });
    const isOverWebSocket = (socket: Socket) =>
      socket.connected && socket.io.engine.transport.name === 'websocket';
    await eventually(() => clients.every(isOverWebSocket));

    /** Sends, whether it is connected or not; again with its key when it is refused for now or the answer is lost. */
    const send = async (nth: number): Promise<string> => {
      const clientId = randomUUID();
      sent.push(clientId);
      const message = { receiverId: people[(nth + 1) % people.length], content: clientId, clientId };
      for (;;) {
        const answer = (await clients[nth]!.timeout(10_000)
          .emitWithAck('sendMessage', message)
          .catch(() => null)) as Answer | null;
        if (answer?.ok) return clientId;
        if (answer && answer.error.code !== 'UNAVAILABLE') bad.push(answer);
        await pause(50);
      }
    };
    const talking = people.map(async (_, nth) => {
      while (!stopping) {
        await send(nth);
        await pause(20);
      }
    });
    for (const one of talking) one.catch(() => undefined);
    await eventually(() => sent.length > 60);

    balancer.targets = [portOf(other.sockets)];
    one.kill('SIGTERM');
    expect(await one.exited).toBe(0);
    await eventually(() => clients.every(({ connected }) => connected));
    stopping = true;
    await Promise.all(talking);
    const last = await Promise.all(people.map((_, nth) => send(nth)));
    await eventually(() => last.every((content, nth) => heard[(nth + 1) % people.length]!.has(content)));
    for (const client of clients) client.disconnect();

    expect(bad).toEqual([]);
    const truth = new pg.Client({ connectionString: own.database.url });
    await truth.connect();
    const { rows } = await truth.query<{ clientId: string }>(
      'SELECT "clientId" FROM messages WHERE "senderId" = ANY($1)',
      [people],
    );
    await truth.end();
    expect(rows.map(({ clientId }) => clientId).sort()).toEqual(sent.sort());
    other.kill('SIGTERM');
    expect(await other.exited).toBe(0);
    await balancer.close();
  });

  it('answers what it has taken, and refuses what a socket asks once its turn has come', async () => {
    const world = await World.start();
    const { alice, bob, chatId } = await world.pair();
    const locker = new pg.Client({ connectionString: world.config.database.url! });
    locker.on('error', () => undefined);
    await locker.connect();
    await locker.query('BEGIN');
    await locker.query('SELECT 1 FROM chats WHERE id = $1 FOR UPDATE', [chatId]);
    const taken = alice.ask('sendMessage', { chatId, content: 'taken before' });
    await waitingForLock(world);

    const reason = new Promise((resolve) => alice.socket.once('disconnect', resolve));
    alice.socket.io.reconnection(false);
    bob.socket.io.reconnection(false);
    const stopped = world.app.stop();
    await eventually(async () => (await world.http.get('/users/online')).status === 503);
    expect(await alice.refused('sendMessage', { chatId, content: 'too late' })).toBe('UNAVAILABLE');
    await locker.query('COMMIT');
    await locker.end();
    expect(await taken).toMatchObject({ ok: true });
    expect(await reason).toBe('transport close');
    await stopped;
    expect(await world.sql('SELECT content FROM messages')).toEqual([{ content: 'taken before' }]);
    await world.stop();
  });
});
