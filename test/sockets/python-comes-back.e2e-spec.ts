import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freshDatabase } from '../support/cluster.js';
import { Proxy } from '../support/proxy.js';
import { inPython, python } from '../support/python.js';
import { pause } from '../support/time.js';
import { eventually, World } from '../support/world.js';

/** Long enough for the client to have tried, and been refused, a few times. */
const OUTAGE_MS = 4_000;

jest.setTimeout(60_000);

inPython.each([['websocket'], ['polling']])('A stock Python client over %s', (transport) => {
  let world: World;
  let database: Proxy;
  let network: Proxy;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const fresh = await freshDatabase();
    drop = fresh.drop;
    database = await Proxy.before(fresh.url);
    world = await World.start({ DATABASE_URL: database.url });
    network = await Proxy.before(world.socketUrl);
  });
  afterAll(async () => {
    await network.close();
    await database.close();
    await world.stop();
    await drop();
  });

  it('comes back by itself, as the same user, after an outage of the database', async () => {
    if (python === undefined) throw new Error('CI has no Python with python-socketio');
    const script = join(import.meta.dirname, '..', 'support', 'returning-client.py');
    const userId = world.newId();
    const client = spawn(python, [script, network.url, transport, String(userId)]);
    const said: string[] = [];
    createInterface(client.stdout).on('line', (line) => said.push(line));
    const left = new Promise((resolve) => client.on('exit', resolve));
    try {
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
    } finally {
      client.stdin.end();
      await left;
    }
  });
});
