import { io, type Socket } from 'socket.io-client';
import { Pacer } from '../../src/common/flow/pacer.js';
import { Lifecycle } from '../../src/common/lifecycle.js';
import { mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { freshDatabase } from '../support/cluster.js';
import { AUDIENCE, ISSUER, KeyServer, Signer } from '../support/key-server.js';
import { Proxy } from '../support/proxy.js';
import { pause } from '../support/time.js';
import { eventually, World } from '../support/world.js';

/** Long enough for every client to have tried, and been refused, a few times. */
const OUTAGE_MS = 4_000;

const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';

jest.setTimeout(60_000);

const MODES = ['open', 'jwt', 'jwt and tokens that somebody else signs'] as const;

describe.each(MODES)('Stock clients, with AUTH=%s', (mode) => {
  const key = newApiKey();
  let keys: KeyServer | null = null;
  let world: World;
  let proxy: Proxy;
  let drop: () => Promise<void>;
  let auth: Record<string, unknown>;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    proxy = await Proxy.before(database.url);
    if (mode === 'open' || mode === 'jwt') {
      const accounts = mode === 'jwt' ? { ...ownAccounts(), API_KEYS: key } : {};
      world = await World.start({ ...accounts, DATABASE_URL: proxy.url });
      auth = mode === 'jwt' ? { token: (await mint(world, key)).accessToken } : {};
      return;
    }
    const [signer, server] = await Promise.all([Signer.of('theirs'), KeyServer.start()]);
    keys = server;
    await server.show(signer);
    const foreign = { AUTH: 'jwt', JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE, JWT_JWKS_URL: server.url };
    world = await World.start({ ...foreign, DATABASE_URL: proxy.url });
    auth = { token: await signer.sign() };
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  afterAll(async () => {
    await proxy.close();
    await world.stop();
    await keys?.stop();
    await drop();
  });

  /** With the options that a client has by itself; only the longest pause between two attempts is cut for the test. */
  const stock = (transports: string[]): { socket: Socket; codes: unknown[] } => {
    const socket = io(world.socketUrl, { transports, forceNew: true, reconnectionDelayMax: 1_000, auth });
    sockets.push(socket);
    const codes: unknown[] = [];
    socket.on('connect_error', (error: Error & { data?: unknown }) =>
      codes.push(...(error.data ? [error.data] : [])),
    );
    return { socket, codes };
  };

  const five = () =>
    [['websocket'], ['polling'], ['polling', 'websocket'], ['websocket'], ['polling']].map(stock);

  it.each(['refuses', 'does not answer'])('come back after an outage of a database that %s', async (mood) => {
    const clients = five();
    await eventually(() => clients.every(({ socket }) => socket.connected));

    if (mood === 'refuses') await proxy.refuse();
    else proxy.freeze();
    // Before the node knows, open mode lets people in: their commands say that it can't work.
    await eventually(async () => (await world.http.get('/health/ready')).status === 503);
    for (const { socket } of clients) socket.io.engine.close();
    const late = five();
    await pause(OUTAGE_MS);
    const all = [...clients, ...late];
    const states = all.map(({ socket, codes }) => ({
      connected: socket.connected,
      tries: socket.active,
      codes,
    }));

    if (mood === 'refuses') await proxy.accept();
    else proxy.resume();
    expect(states).toEqual(all.map(() => ({ connected: false, tries: true, codes: [] })));
    await eventually(() => all.every(({ socket }) => socket.connected));
  });

  it('hear at the handshake that the server is unavailable, and when to try again', async () => {
    await proxy.refuse();
    await eventually(async () => (await world.http.get('/health/ready')).status === 503);
    const answer = await fetch(`${world.socketUrl}${HANDSHAKE}`);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({
      error: { code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) },
    });
    await proxy.accept();
    await eventually(async () => (await fetch(`${world.socketUrl}${HANDSHAKE}`)).status === 200);
  });

  it.each([
    ['stops', () => jest.spyOn(Lifecycle.prototype, 'isRefusing', 'get').mockReturnValue(true)],
    [
      'has too many handshakes',
      () => {
        const { submit } = Pacer.prototype;
        return jest.spyOn(Pacer.prototype, 'submit').mockImplementation(function (this: Pacer, enter) {
          const { options } = this as unknown as { options: { maxWaiting: number } };
          return options.maxWaiting === Number.POSITIVE_INFINITY && submit.call(this, enter);
        });
      },
    ],
  ])('come back after a node %s', async (_why, refuse) => {
    const refusing = refuse();
    const clients = five();
    const answer = await fetch(`${world.socketUrl}${HANDSHAKE}`);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    refusing.mockRestore();
    await eventually(() => clients.every(({ socket }) => socket.connected));
    expect(clients.flatMap(({ codes }) => codes)).toEqual([]);
  });
});

it('A handshake whose token has to be changed is refused with a code, once', async () => {
  const world = await World.start({ ...ownAccounts() });
  const socket = io(world.socketUrl, { transports: ['websocket'], forceNew: true, auth: { token: 'x' } });
  const error = await new Promise<Error & { data?: unknown }>((resolve) =>
    socket.once('connect_error', resolve),
  );
  expect(error.data).toMatchObject({ code: 'TOKEN_INVALID' });
  expect(socket.active).toBe(false);
  socket.disconnect();
  await world.stop();
});
