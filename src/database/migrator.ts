import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { Sequelize, type QueryInterface } from 'sequelize';
import { SequelizeStorage, Umzug, type RunnableMigration } from 'umzug';
import { projectRoot } from '../project-root.js';

export interface MigrateOptions {
  /** Holds the `*.cjs` migrations; the project's `migrations` by default. */
  migrationsDir?: string;
  /** Hears of each migration, in a line each. */
  log?: (line: string) => void;
}

/** A sequelize-cli migration. */
interface MigrationModule {
  up(queryInterface: QueryInterface, sequelize: typeof Sequelize): Promise<unknown>;
}

/** Any number will do, as long as every node of this application takes the same. */
const LOCK = 5_005_003_000;
const CONNECT_WITHIN_MS = 5000;

/**
 * Runs the migrations which this database has not seen, in the order of their names. Shares the table
 * `SequelizeMeta` with sequelize-cli, which may run some of them before or after.
 *
 * One process migrates at a time: the others wait for it and then find nothing to do. The lock is a session's
 * advisory lock, so it goes with its holder, however that ends:
 * https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS.
 *
 * @returns the names, with extension, of those that ran here.
 * @throws the migration's or the connection's error; those that ran before it stay recorded. Every connection
 * is closed then too.
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<string[]> {
  const log = options.log ?? (() => undefined);
  const lock = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  // A connection that breaks between queries says so by an event, which would end the process.
  lock.on('error', () => undefined);
  try {
    await lock.connect();
    await acquire(lock, log);
    return await runPending(
      databaseUrl,
      resolve(options.migrationsDir ?? join(projectRoot(), 'migrations')),
      log,
    );
  } finally {
    await lock.end().catch(() => undefined);
  }
}

async function acquire(lock: Client, log: (line: string) => void): Promise<void> {
  const { rows } = await lock.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [LOCK]);
  if (rows[0]?.free) return;
  log('another process is migrating: waiting for it');
  await lock.query('select pg_advisory_lock($1)', [LOCK]);
}

async function runPending(
  databaseUrl: string,
  folder: string,
  log: (line: string) => void,
): Promise<string[]> {
  const sequelize = new Sequelize(databaseUrl, {
    logging: false,
    dialectOptions: { connectionTimeoutMillis: CONNECT_WITHIN_MS },
  });
  try {
    const umzug = new Umzug({
      migrations: await migrationsIn(folder),
      context: sequelize.getQueryInterface(),
      storage: new SequelizeStorage({ sequelize, tableName: 'SequelizeMeta' }),
      logger: undefined,
    });
    umzug.on('migrated', ({ name }) => log(`migrated ${name}`));
    return (await umzug.up()).map(({ name }) => name);
  } finally {
    await sequelize.close();
  }
}

async function migrationsIn(folder: string): Promise<RunnableMigration<QueryInterface>[]> {
  const load = createRequire(join(folder, 'migrations.cjs'));
  const names = (await readdir(folder)).filter((name) => name.endsWith('.cjs')).sort();
  return names.map((name) => ({
    name,
    path: join(folder, name),
    up: ({ context }) => (load(join(folder, name)) as MigrationModule).up(context, Sequelize),
  }));
}
