import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../../src/database/migrator.js';
import { projectRoot } from '../../src/common/project-root.js';
import { freshDatabase } from '../support/cluster.js';
import { eventually } from '../support/world.js';

type Database = Awaited<ReturnType<typeof freshDatabase>> & { client: pg.Client };

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A database with the tables of this program, as it is or with nothing in it. */
async function database(what: 'migrated' | 'empty'): Promise<Database> {
  const made = await freshDatabase();
  cleanups.push(made.drop);
  const client = await connection(made.url);
  if (what === 'empty') await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  return { ...made, client };
}

async function connection(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  cleanups.push(() => client.end());
  return client;
}

/** A folder of migrations whose `up` gives the expression of `q` (query interface) and `S` (Sequelize). */
async function migrations(files: Record<string, string>, more = ''): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chat-migrations-'));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  for (const [name, up] of Object.entries(files)) {
    await writeFile(join(folder, name), `module.exports = { ${more} up: (q, S) => ${up} };`);
  }
  return folder;
}

const sql = (text: string) => `q.sequelize.query(${JSON.stringify(text)})`;

const recorded = async ({ client }: Database) =>
  (await client.query<{ name: string }>('SELECT name FROM "SequelizeMeta" ORDER BY name')).rows.map(
    ({ name }) => name,
  );

/**
 * A migration that ends when the four others have asked for their turn. In a transaction PostgreSQL shows the activity as
 * it was at the first look, until it is asked to look again.
 */
const untilFourWait = `(async () => {
  for (;;) {
    await q.sequelize.query('select pg_stat_clear_snapshot()');
    const [rows] = await q.sequelize.query(
      "select 1 from pg_stat_activity where datname = current_database() and query like '%pg_try_advisory_lock%' " +
        "and pid <> pg_backend_pid()",
    );
    if (rows.length === 4) return;
  }
})()`;

describe('The migrator', () => {
  it('runs pending migrations in the order of their names and records them as sequelize-cli does', async () => {
    const empty = await database('empty');
    const migrationsDir = await migrations({
      '2-second.cjs': "q.addColumn('first', 'extra', S.TEXT)",
      '1-first.cjs': "q.createTable('first', { id: { type: S.INTEGER, primaryKey: true } })",
    });

    expect(await migrate(empty.url, { migrationsDir })).toEqual(['1-first.cjs', '2-second.cjs']);
    expect(await migrate(empty.url, { migrationsDir })).toEqual([]);
    expect(await recorded(empty)).toEqual(['1-first.cjs', '2-second.cjs']);
  });

  it('lets one of five migrate and four wait', async () => {
    const { url } = await database('empty');
    const migrationsDir = await migrations({ '1-after-four-wait.cjs': untilFourWait });
    const lines: string[] = [];

    const ran = await Promise.all(
      Array.from({ length: 5 }, () => migrate(url, { migrationsDir, log: (line) => void lines.push(line) })),
    );
    expect(ran.filter((names) => names.length > 0)).toEqual([['1-after-four-wait.cjs']]);
    expect(lines.filter((line) => line.includes('waiting'))).toHaveLength(4);
  });

  it('builds an index beside reads and writes while others wait for their turn', async () => {
    const { url, client } = await database('migrated');
    const index = 'CREATE INDEX CONCURRENTLY late ON users (name)';
    const migrationsDir = await migrations(
      { '3-late.cjs': `${untilFourWait}.then(() => ${sql(index)})` },
      'transaction: false,',
    );
    await client.query('DELETE FROM "SequelizeMeta"');
    const ran = await Promise.all(Array.from({ length: 5 }, () => migrate(url, { migrationsDir })));
    expect(ran.flat()).toEqual(['3-late.cjs']);
  });

  it('keeps what ran before a failure, closes its connections and lets the next one try', async () => {
    const empty = await database('empty');
    const migrationsDir = await migrations({
      '1-good.cjs': "q.createTable('good', { id: { type: S.INTEGER, primaryKey: true } })",
      '2-bad.cjs': "Promise.reject(new Error('no such luck'))",
    });

    await expect(migrate(empty.url, { migrationsDir })).rejects.toThrow(/no such luck/);
    expect(await recorded(empty)).toEqual(['1-good.cjs']);
    const others =
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
    await eventually(async () => (await empty.client.query(others)).rowCount === 0);
    await expect(migrate(empty.url, { migrationsDir })).rejects.toThrow(/no such luck/);
  });

  it('does a migration and records it, or neither: after a failure in between the next one goes through', async () => {
    const empty = await database('empty');
    const migrationsDir = await migrations({ '1-table.cjs': sql('CREATE TABLE things (id int)') });
    await migrate(empty.url, { migrationsDir: await migrations({}) });
    await empty.client.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON "SequelizeMeta" EXECUTE FUNCTION refuse()`);
    await expect(migrate(empty.url, { migrationsDir })).rejects.toThrow(/not now/);
    await empty.client.query('DROP TRIGGER refuse ON "SequelizeMeta"');
    expect(await migrate(empty.url, { migrationsDir })).toEqual(['1-table.cjs']);
    expect(await recorded(empty)).toEqual(['1-table.cjs']);
  });

  it('ends when its connection breaks in the middle of a migration, of which nothing is left', async () => {
    const empty = await database('empty');
    const migrationsDir = await migrations({
      '1-cut.cjs': `(async () => {
        await ${sql('CREATE TABLE half (id int)')};
        await ${sql('SELECT pg_terminate_backend(pg_backend_pid())')}.catch(() => undefined);
        await ${sql('SELECT 1')}.catch(() => undefined);
        await ${sql('CREATE TABLE other_half (id int)')};
      })()`,
    });
    await expect(migrate(empty.url, { migrationsDir })).rejects.toThrow(/1-cut\.cjs failed: .*connection/);
    const { rows } = await empty.client.query("SELECT to_regclass('half') h, to_regclass('other_half') o");
    expect(rows).toEqual([{ h: null, o: null }]);
  });

  it('lets a version serve on the schema of a newer one, and leaves that one’s records alone', async () => {
    const empty = await database('empty');
    const older = { '1-first.cjs': sql('CREATE TABLE first (id int)') };
    const newer = { ...older, '2-second.cjs': sql('CREATE TABLE second (id int)') };
    await migrate(empty.url, { migrationsDir: await migrations(newer) });
    expect(await migrate(empty.url, { migrationsDir: await migrations(older) })).toEqual([]);
    expect(await recorded(empty)).toEqual(['1-first.cjs', '2-second.cjs']);
  });

  it('says what to do about a database from before the first release, and changes nothing in it', async () => {
    const old = await database('migrated');
    await old.client.query(`
      DELETE FROM "SequelizeMeta";
      INSERT INTO "SequelizeMeta" VALUES ('20261122000000-chats-and-messages.cjs');
      INSERT INTO users (name) VALUES ('Ada')`);
    await expect(migrate(old.url)).rejects.toThrow(
      /users\.cjs failed: relation "users" already exists\. .*Use an empty database; .*delete \.data\/postgres/,
    );
    expect(await recorded(old)).toEqual(['20261122000000-chats-and-messages.cjs']);
    expect((await old.client.query('SELECT name FROM users')).rows).toEqual([{ name: 'Ada' }]);
  });

  describe('of another program', () => {
    const present = async ({ client }: Database) =>
      (
        await client.query<{ name: string }>(
          `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace
           UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
           UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`,
        )
      ).rows.map(({ name }) => name);

    it.each(['users', 'idempotency_keys', 'audit_entries', 'sinks', 'due_notifications'])(
      'is refused for a table %s, and left as it is',
      async (table) => {
        const foreign = await database('empty');
        await foreign.client.query(`CREATE TABLE ${table} (theirs text); CREATE TABLE others (id int)`);
        const before = await present(foreign);
        await expect(migrate(foreign.url)).rejects.toThrow(/already exists\. .*Use an empty database/);
        expect(await present(foreign)).toEqual(before);
      },
    );

    it.each([
      ['a table with the name of an index', 'CREATE TABLE message_reports_by_reporter (theirs text)'],
      ['a view', 'CREATE VIEW webhooks AS SELECT 1 AS theirs'],
      ['a sequence alone', 'CREATE SEQUENCE notifications'],
      ['a type alone', "CREATE TYPE push_targets AS ENUM ('theirs')"],
    ])('is refused for %s, and left as it is', async (_, make) => {
      const foreign = await database('empty');
      await foreign.client.query(make);
      const before = await present(foreign);
      await expect(migrate(foreign.url)).rejects.toThrow(/already exists\. .*Use an empty database/);
      expect(await present(foreign)).toEqual(before);
    });
  });

  it('shares a database with tables of other names', async () => {
    const shared = await database('empty');
    await shared.client.query('CREATE TABLE others (id int)');
    expect(await migrate(shared.url)).not.toEqual([]);
  });

  it('gives no such advice when a later migration makes a table twice', async () => {
    const empty = await database('empty');
    const make = sql('CREATE TABLE things (id int)');
    const migrationsDir = await migrations({ '1-things.cjs': make, '2-again.cjs': make });
    await expect(migrate(empty.url, { migrationsDir })).rejects.toThrow(
      /2-again\.cjs failed: .*already exists$/,
    );
  });

  it('says so when there is no database', async () => {
    await expect(migrate('postgres://chat:x@127.0.0.1:1/chat')).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('A migration of a table that somebody reads for long', () => {
  it('lets others read it all the while, and is done once the reader has ended', async () => {
    const { url, client: reader } = await database('migrated');
    const migrationsDir = await migrations({ '1-late.cjs': sql('ALTER TABLE users ADD late text') });
    await reader.query('DELETE FROM "SequelizeMeta"');
    await reader.query('BEGIN; LOCK TABLE users IN ACCESS SHARE MODE');

    const lines: string[] = [];
    const migrating = migrate(url, { migrationsDir, log: (line) => void lines.push(line) });
    const other = await connection(url);
    // Answered while the reader is there: whoever stood behind the migration until it is done would wait for ever.
    await eventually(async () => {
      await other.query('SELECT 1 FROM users');
      return lines.some((line) => line.includes('1-late.cjs'));
    });
    await other.query('SELECT 1 FROM users');

    await reader.query('COMMIT');
    expect(await migrating).toEqual(['1-late.cjs']);
    await other.query('SELECT late FROM users');
  });
});

describe('An index of a large table', () => {
  const support = JSON.stringify(join(projectRoot(), 'migrations/support/concurrent-index.cjs'));
  const files = {
    '1-late.cjs': `(async () => {
      const { createIndex } = require(${support});
      await createIndex(q, 'late', 'ON users (name) WHERE name IS NOT NULL', true);
      await createIndex(q, 'later', 'ON users ("createdAt")');
    })()`,
  };
  const indexes = async (client: pg.Client) =>
    (
      await client.query<{ def: string; indisvalid: boolean }>(
        `SELECT pg_get_indexdef(indexrelid) AS def, indisvalid FROM pg_index
         WHERE indexrelid IN (to_regclass('late'), to_regclass('later')) ORDER BY 1`,
      )
    ).rows;
  const made = [
    { def: 'CREATE INDEX later ON public.users USING btree ("createdAt")', indisvalid: true },
    {
      def: 'CREATE UNIQUE INDEX late ON public.users USING btree (name) WHERE (name IS NOT NULL)',
      indisvalid: true,
    },
  ];

  it('is built again where an attempt was interrupted, and left where it is complete', async () => {
    const { url, client } = await database('migrated');
    await client.query('DELETE FROM "SequelizeMeta"');
    const migrationsDir = await migrations(files, 'transaction: false,');
    await migrate(url, { migrationsDir });
    expect(await indexes(client)).toEqual(made);

    await client.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'late'::regclass`);
    await client.query('DELETE FROM "SequelizeMeta"');
    expect(await migrate(url, { migrationsDir })).toEqual(['1-late.cjs']);
    expect(await indexes(client)).toEqual(made);
  });

  it('waits for a dump longer than a migration waits for a lock, and others write meanwhile', async () => {
    const { url, client: dump } = await database('migrated');
    await dump.query('DELETE FROM "SequelizeMeta"');
    await dump.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM users');
    const lines: string[] = [];
    const migrationsDir = await migrations(files, 'transaction: false,');
    const migrating = migrate(url, { migrationsDir, log: (line) => void lines.push(line) });
    const writer = await connection(url);
    await eventually(async () => {
      await writer.query(`INSERT INTO users (name) VALUES (gen_random_uuid())`);
      const { rows } = await writer.query<{ waited: boolean }>(
        `SELECT now() - query_start > interval '2.2 s' AS waited FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'CREATE%INDEX CONCURRENTLY%'`,
      );
      return rows.some(({ waited }) => waited);
    });
    await dump.query('COMMIT');
    expect(await migrating).toEqual(['1-late.cjs']);
    expect(lines.filter((line) => line.includes('trying again'))).toEqual([]);
    expect(await indexes(dump)).toEqual(made);
  });

  it('is dropped, whether it is there or not', async () => {
    const { url, client } = await database('migrated');
    await client.query('DELETE FROM "SequelizeMeta"; CREATE INDEX late ON users (name)');
    const drop = `require(${support}).dropIndex(q, 'late')`;
    const migrationsDir = await migrations(
      { '1-drop.cjs': drop, '2-again.cjs': drop },
      'transaction: false,',
    );
    expect(await migrate(url, { migrationsDir })).toHaveLength(2);
    expect(await indexes(client)).toEqual([]);
  });
});
