import { clusterUrl } from '../../../test/support/cluster.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChatServer, startChatServer } from '../src/index.js';
import { Client, eventually } from './client.js';
import { Footprint } from './remains.js';

const cluster = clusterUrl();

describe('A server of a test', () => {
  let server: ChatServer;

  beforeAll(async () => {
    server = await startChatServer();
  }, 90_000);
  afterAll(() => server.stop(), 30_000);

  it('is the real one, ready for clients', async () => {
    expect((await fetch(`${server.directUrl}/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${server.url}/config`)).json()).toMatchObject({
      auth: 'open',
      socket: { url: null, path: '/socket.io/' },
    });
    expect(server.log).toContain('PostgreSQL');
  });

  it('takes nothing of its configuration from the environment of the test', async () => {
    process.env.SERVER_NAME = 'Of the environment';
    const other = await startChatServer({
      databaseUrl: server.clusterUrl,
      env: { SOCKET_URL: 'https://set.example' },
    });
    delete process.env.SERVER_NAME;
    const config = await other.rest('GET', '/config');
    expect(config).toMatchObject({ name: 'Chat', socket: { url: 'https://set.example' } });

    // Two servers beside each other, with a database each.
    const [{ alice }, { carol }] = [await server.people('alice'), await other.people('carol')];
    expect(await other.sql('SELECT name FROM users')).toEqual([{ name: 'carol' }]);
    expect(alice.url).not.toBe(carol.url);
    const database = new URL(other.databaseUrl).pathname.slice(1);
    await other.stop();
    await other.stop();
    expect(await server.sql('SELECT FROM pg_database WHERE datname = $1', [database])).toEqual([]);
    await expect(fetch(other.directUrl)).rejects.toThrow('fetch failed');
  }, 90_000);

  it('can be killed and started again: its port and its data stay', async () => {
    const { alice, bob, chat } = await server.people('alice', 'bob');
    const client = await Client.of(alice);
    await client.send(chat.id, 1);
    await server.restart({ kill: true });
    await eventually(() => client.events('ready').length === 2);
    await client.send(chat.id, 1);
    expect((await server.truth(chat.id)).as(bob).messages).toHaveLength(2);
    client.close();
  }, 90_000);

  it('says why it cannot start, as the server says it, and leaves nothing', async () => {
    const start = startChatServer({ databaseUrl: server.clusterUrl, env: { RATE_LIMIT_MESSAGES: 'many' } });
    await expect(start).rejects.toThrow(
      /The chat server did not start: it ended with exit code 1\.[^]*RATE_LIMIT_MESSAGES: expected/,
    );
    const databases = await server.sql("SELECT FROM pg_database WHERE datname LIKE 'chat_test_%'");
    expect(databases).toHaveLength(1);
  }, 60_000);

  it('leaves no process and no file when it has stopped', async () => {
    const [{ data_directory } = { data_directory: '' }] = await server.sql<{ data_directory: string }>(
      'SHOW data_directory',
    );
    const footprint = Footprint.of(process.pid, data_directory);
    expect(footprint.commands.join('\n')).toMatch(/keeper\.mjs/);
    expect(footprint.commands.join('\n')).toMatch(/postgres/);
    expect(footprint.commands.join('\n')).toMatch(/main\.js/);
    await server.stop();
    await footprint.gone();
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  }, 30_000);
});

describe('A server that cannot start', () => {
  it('says that its database is not there', async () => {
    const start = startChatServer({ databaseUrl: 'postgres://chat:x@127.0.0.1:1/chat' });
    await expect(start).rejects.toThrow('ECONNREFUSED 127.0.0.1:1');
  }, 60_000);

  it('says that it took too long', async () => {
    const start = startChatServer({ databaseUrl: cluster, withinMs: 1 });
    await expect(start).rejects.toThrow('it was not ready within 1 ms');
  }, 60_000);

  it('says where there is no server, and what to do', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chat-kit-none-'));
    await expect(startChatServer({ serverPath: folder })).rejects.toThrow(
      `No built chat server in ${folder}: run \`npm install\` and \`npm run build\` there.`,
    );
    await rm(folder, { recursive: true });
  });

  it('says which settings are the kit’s own', async () => {
    await expect(startChatServer({ env: { PORT: '3000' } })).rejects.toThrow(
      'env.PORT: the test kit sets it',
    );
    await expect(startChatServer({ auth: 'none' as 'open' })).rejects.toThrow('auth: expected open or jwt');
  });
});
