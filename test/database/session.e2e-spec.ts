import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import pg from 'pg';
import { projectRoot } from '../../src/common/project-root.js';
import { migrate } from '../../src/database/migrator.js';
import { profiles, sessionOptions } from '../../src/database/profiles.js';
import { freshDatabase } from '../support/cluster.js';
import { edges, over } from '../support/edges.js';
import { setAll } from '../support/other-settings.js';
import { World } from '../support/world.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const OWNERS: [string, (database: string) => string][] = [
  ['A database', (database: string) => `DATABASE ${database}`],
  ['A role', (database: string) => `ROLE CURRENT_USER IN DATABASE ${database}`],
];

describe.each(OWNERS)('%s with settings of its own', (_, of) => {
  let world: World;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await setAll(client, of);
    await client.end();
    world = await World.start({ DATABASE_URL: database.url });
  });
  afterAll(async () => {
    await world.stop();
    await drop();
  });

  it.each(edges)('chats as any other over %s', async (edge) => {
    const { alice, bob, chatId } = await world.pair();
    const asker = over(edge, world, alice);
    const content = "backslash \\' and ünïcode 你好 ' end";
    const sent = await asker.ok<{ id: number; createdAt: string }>('sendMessage', { chatId, content });
    expect(sent).toMatchObject({ content, createdAt: expect.stringMatching(ISO) });
    await bob.ok('markAsSeen', { messageId: sent.id });
    const { body: user } = await world.http.get(`/users/${alice.userId}`);
    expect(user).toMatchObject({ createdAt: expect.stringMatching(ISO) });
    const page = await asker.ok<{ messages: object[] }>('getMessages', { chatId });
    expect(page.messages.at(-1)).toMatchObject({ content, seen: true, createdAt: sent.createdAt });
    const [item] = await asker.ok<object[]>('getChats', { userId: alice.userId });
    expect(item).toMatchObject({ id: chatId, lastActivityAt: expect.stringMatching(ISO) });
    const synced = await asker.ok<object>('sync', { versions: {} });
    expect(synced).toMatchObject({ at: expect.stringMatching(ISO) });
  });

  it('is migrated as any other', async () => {
    const database = await freshDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await setAll(client, of);
    await client.end();
    expect(await migrate(database.url)).not.toEqual([]);
    expect(await migrate(database.url)).toEqual([]);
    await database.drop();
  });
});

describe('sequelize-cli', () => {
  const cli = (command: string, url: string): void => {
    const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'sequelize-cli', command], {
      cwd: projectRoot(),
      encoding: 'utf8',
      env: { ...process.env, DATABASE_URL: url },
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new Error(stdout + stderr);
  };

  /** What the demo data is, without the times at which it was added. */
  const seeded = async (client: pg.Client): Promise<unknown[]> => {
    const { rows } = await client.query(
      `SELECT u."externalId", u.name, m.seq, m.content, m.metadata::text, m."createdAt"::timestamptz <= now() AS past
       FROM users u LEFT JOIN messages m ON m."senderId" = u.id ORDER BY u."externalId", m.content, m.seq`,
    );
    return rows;
  };

  it('migrates and seeds a database with settings of its own as any other is', async () => {
    const results: unknown[] = [];
    for (const owners of [OWNERS, []]) {
      const database = await freshDatabase();
      const client = new pg.Client({
        connectionString: database.url,
        options: sessionOptions(profiles.migrations),
      });
      await client.connect();
      await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      for (const [, of] of owners) await setAll(client, of);
      if (owners.length > 0) cli('db:migrate', database.url);
      expect((await migrate(database.url)).length > 0).toBe(owners.length === 0);
      cli('db:seed:all', database.url);
      results.push(await seeded(client));
      await client.end();
      await database.drop();
    }
    expect((results[0] as unknown[]).length).toBeGreaterThan(3);
    expect(results[0]).toEqual(results[1]);
  }, 60_000);

  it('opens its session with the settings of the migrator', async () => {
    const require = createRequire(join(projectRoot(), 'package.json'));
    const optionsOf = require('./sequelize-cli.config.cjs') as () => Promise<{
      dialectOptions: { options: string };
    }>;
    const before = process.env.DATABASE_URL;
    process.env.DATABASE_URL = 'postgres://somebody@127.0.0.1/chat';
    const { dialectOptions } = await optionsOf();
    if (before === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = before;
    const listed = (options: string) => options.split(/ ?-c /).sort();
    expect(listed(dialectOptions.options)).toEqual(listed(sessionOptions(profiles.migrations)));
  });
});
