import { spawn } from 'node:child_process';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { freshDatabase } from '../support/cluster.js';
import { Proxy } from '../support/proxy.js';
import { inPython, python } from '../support/python.js';
import { pause } from '../support/time.js';
import { eventually, World } from '../support/world.js';

/** Long enough for the client to have tried, and been refused, a few times. */
const OUTAGE_MS = 4_000;

jest.setTimeout(60_000);

type Auth = { userId: number } | { token: string };

inPython.each(['open', 'jwt'])('With AUTH=%s a stock Python client', (mode) => {
  const key = newApiKey();
  let folder: string;
  let world: World;
  let database: Proxy;
  let network: Proxy;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chat-python-'));
    const fresh = await freshDatabase();
    drop = fresh.drop;
    database = await Proxy.before(fresh.url);
    const accounts = mode === 'jwt' ? { ...ownAccounts(), API_KEYS: key } : {};
    world = await World.start({ ...accounts, DATABASE_URL: database.url });
    network = await Proxy.before(world.socketUrl);
  });
  afterAll(async () => {
    await network.close();
    await database.close();
    await world.stop();
    await drop();
    await rm(folder, { recursive: true, force: true });
  });

  const somebody = async (): Promise<{ userId: number; auth: Auth }> => {
    if (mode === 'open') {
      const userId = world.newId();
      return { userId, auth: { userId } };
    }
    const { userId, accessToken } = await mint(world, key);
    return { userId, auth: { token: accessToken } };
  };

  /** Runs a client while `work` goes on, which is given what it has said so far and how to change what it says of itself. */
  async function withClient(
    transport: string,
    auth: Auth,
    work: (said: readonly string[], become: (auth: Auth) => Promise<void>) => Promise<void>,
  ): Promise<void> {
    if (python === undefined) throw new Error('CI has no Python with python-socketio');
    const script = join(import.meta.dirname, '..', 'support', 'returning-client.py');
    const file = join(folder, `${transport}.json`);
    // In one step: the client may read it at any moment.
    const become = async (next: Auth) => {
      await writeFile(`${file}.new`, JSON.stringify(next));
      await rename(`${file}.new`, file);
    };
    await become(auth);
    const client = spawn(python, [script, network.url, transport, file]);
    const said: string[] = [];
    createInterface(client.stdout).on('line', (line) => said.push(line));
    const left = new Promise((resolve) => client.on('exit', resolve));
    try {
      await work(said, become);
    } finally {
      client.stdin.end();
      await left;
    }
  }

  describe.each(['websocket', 'polling'])('over %s', (transport) => {
    it('comes back by itself, as the same user, after an outage of the database', async () => {
      const { userId, auth } = await somebody();
      await withClient(transport, auth, async (said) => {
        await eventually(() => said.includes(`ready ${userId}`));
        await database.refuse();
        await eventually(async () => (await world.http.get('/health/ready')).status === 503);
        network.cut();
        await eventually(() => said.includes('disconnected'));
        await pause(OUTAGE_MS);
        expect(said).toEqual([`ready ${userId}`, 'disconnected']);
        await database.accept();
        await eventually(() => said.length === 3);
        expect(said[2]).toBe(`ready ${userId}`);
      });
    });

    if (mode === 'open') return;

    it('hears that its token has expired, and is let in with the next one', async () => {
      const { userId, auth } = await somebody();
      const { accessToken, expiresAt } = await mint(world, key, { userId, expiresInSeconds: 1 });
      await withClient(transport, auth, async (said, become) => {
        await eventually(() => said.includes(`ready ${userId}`));
        await become({ token: accessToken });
        await eventually(() => Date.now() > Date.parse(expiresAt));
        network.cut();
        await eventually(() => said.includes('refused TOKEN_EXPIRED'));
        expect(said.filter((line) => line.startsWith('ready'))).toHaveLength(1);
        await become(auth);
        await eventually(() => said.at(-1) === `ready ${userId}`);
        expect(said.slice(1, -1).filter((line) => line !== 'refused TOKEN_EXPIRED')).toEqual([
          'disconnected',
        ]);
      });
    });
  });
});
