import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { QueryTypes, Sequelize, type QueryInterface } from 'sequelize';
import { SequelizeStorage } from 'umzug';
import { projectRoot } from '../common/project-root.js';
import { failureCode } from '../common/errors/failure.js';
import { connecting, sessionOf } from './connections.js';
import { profiles } from './profiles.js';

export interface MigrateOptions {
  /** Holds the `*.cjs` migrations; the project's `migrations` by default. */
  migrationsDir?: string;
  /** Receives a line about each migration. */
  log?: (line: string) => void;
}

/** A sequelize-cli migration. */
interface MigrationModule {
  up(queryInterface: QueryInterface, sequelize: typeof Sequelize): Promise<unknown>;
  /**
   * False for statements that PostgreSQL runs only outside transactions, such as CREATE INDEX CONCURRENTLY. Such an
   * `up` must be safe to run again after an interruption at any point.
   */
  transaction?: false;
}

/** An arbitrary number; all nodes of this application must use the same. */
const LOCK = 5_005_003_000;
const CONNECT_WITHIN_MS = 5000;
/** Milliseconds between two attempts to take the lock. */
const TURN_MS = 250;

/**
 * Milliseconds that a statement waits for a lock, because later queries queue behind a waiting lock. After a pause, in
 * which the others run, the migration is tried again.
 */
const LOCK_TIMEOUT_MS = 2_000;
const LOCK_PAUSE_MS = 2_000;

/** SQLSTATEs of a migration that did not get its locks: lock_not_available, deadlock_detected. */
const LOCKED_OUT = ['55P03', '40P01'];

/** SQLSTATE duplicate_table, and the class of all that does not fit what is there. */
const TABLE_EXISTS = '42P07';
const MISFIT = /^42/;

const NOT_OURS =
  'The database already has tables, but no record of our migrations: it was created by a version before 0.1.0, or by ' +
  'another program. Use an empty database; to reset the embedded one, delete .data/postgres.';

/**
 * Runs the pending migrations of this database, in the order of their names. Shares the table `SequelizeMeta` with
 * sequelize-cli, which may run some of them before or after. Unknown names in it are ignored: a newer version has run
 * here, and this one works on its schema.
 *
 * A migration and its record are one transaction, unless it says otherwise. A migration that waits for a lock gives up
 * after two seconds and is tried again, without limit: while a table stays busy, only this waits.
 *
 * One process migrates at a time: the others wait for it and then find nothing to do. The lock is a session-level
 * advisory lock, so it ends with its holder's connection, however that ends:
 * https://www.postgresql.org/docs/18/explicit-locking.html#ADVISORY-LOCKS.
 *
 * @returns the names, with extension, of the migrations that ran here.
 * @throws an error that says what to do for a database whose encoding is not UTF8, which is left as it is.
 * @throws the migration's or the connection's error; migrations that ran before it stay recorded. Every connection is
 * closed in this case too.
 */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<string[]> {
  const log = options.log ?? (() => undefined);
  const sequelize = oneConnection(databaseUrl);
  try {
    await refuseEncoding(sequelize);
    await acquire(sequelize, log);
    // A broken connection has lost the lock and the transaction: nothing may continue on a new one.
    sequelize.addHook('beforeConnect', () => {
      throw new Error('the connection to the database broke: start the server again');
    });
    return await runPending(
      sequelize,
      resolve(options.migrationsDir ?? join(projectRoot(), 'migrations')),
      log,
    );
  } finally {
    await sequelize.close();
  }
}

function oneConnection(databaseUrl: string): Sequelize {
  return new Sequelize({
    ...connecting(databaseUrl),
    pool: { max: 1, idle: 2 ** 31 - 1 },
    dialectOptions: {
      ...sessionOf(profiles.migrations),
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
    },
  });
}

/** Another encoding takes our tables, and fails later, by the first character that it does not have. */
async function refuseEncoding(sequelize: Sequelize): Promise<void> {
  const [{ encoding } = { encoding: '' }] = await sequelize.query<{ encoding: string }>(
    `SELECT current_setting('server_encoding') AS encoding`,
    { type: QueryTypes.SELECT },
  );
  if (encoding === 'UTF8') return;
  throw new Error(
    `The database has the encoding ${encoding}, which cannot hold all characters: create one with ` +
      `ENCODING 'UTF8' TEMPLATE template0, and if it has data restore a dump of it there.`,
  );
}

/** Polls: CREATE INDEX CONCURRENTLY would wait for a statement of ours that blocks on the lock. */
async function acquire(sequelize: Sequelize, log: (line: string) => void): Promise<void> {
  const free = async (): Promise<boolean> => {
    const rows = await sequelize.query<{ free: boolean }>('SELECT pg_try_advisory_lock(:lock) AS free', {
      replacements: { lock: LOCK },
      type: QueryTypes.SELECT,
    });
    return rows[0]?.free === true;
  };
  if (await free()) return;
  log('another process is migrating: waiting for it');
  while (!(await free())) await delay(TURN_MS);
}

async function runPending(
  sequelize: Sequelize,
  folder: string,
  log: (line: string) => void,
): Promise<string[]> {
  const storage = new SequelizeStorage({ sequelize, tableName: 'SequelizeMeta' });
  const queryInterface = sequelize.getQueryInterface();
  const load = createRequire(join(folder, 'migrations.cjs'));
  const ran: string[] = [];
  const names = await migrationsIn(folder);
  await refuseForeign(sequelize, storage, names, (name) => load(join(folder, name)) as MigrationModule);
  const done = new Set(await storage.executed());
  const fresh = !names.some((name) => done.has(name));
  for (const name of names) {
    if (done.has(name)) continue;
    const migration = load(join(folder, name)) as MigrationModule;
    const run = async (): Promise<void> => {
      await migration.up(queryInterface, Sequelize);
      await storage.logMigration({ name });
    };
    if (migration.transaction === false)
      log(`migrating ${name} without a transaction, so that other sessions can keep working`);
    const attempt = migration.transaction === false ? run : () => inTransaction(sequelize, run);
    await untilNotLockedOut(attempt, () =>
      log(`other sessions hold locks that ${name} needs: trying again`),
    ).catch((error: unknown) => {
      const foreign = fresh && ran.length === 0 && failureCode(error) === TABLE_EXISTS;
      const advice = foreign ? `. ${NOT_OURS}` : '';
      throw new Error(`migration ${name} failed: ${messageOf(error)}${advice}`, { cause: error });
    });
    log(`migrated ${name}`);
    ran.push(name);
  }
  return ran;
}

/**
 * What is not ours may have the names of ours: all migrations are tried in a transaction that is rolled back, so that a
 * database of another program is left as it is. Done only where there is something and no record of our migrations.
 */
async function refuseForeign(
  sequelize: Sequelize,
  storage: SequelizeStorage,
  names: readonly string[],
  load: (name: string) => MigrationModule,
): Promise<void> {
  const [{ isEmpty } = { isEmpty: false }] = await sequelize.query<{ isEmpty: boolean }>(
    `SELECT NOT EXISTS (SELECT FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typname !~ '^_?SequelizeMeta$')
       AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^SequelizeMeta(_pkey|_name_key)?$')
       AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS "isEmpty"`,
    { type: QueryTypes.SELECT },
  );
  if (isEmpty) return;
  let name = 'SequelizeMeta';
  await sequelize.query('BEGIN');
  try {
    const done = await storage.executed();
    if (names.some((one) => done.includes(one))) return;
    const onTrial = withoutConcurrency(sequelize).getQueryInterface();
    for (name of names) await load(name).up(onTrial, Sequelize);
  } catch (error) {
    if (!MISFIT.test(failureCode(error) ?? '')) return;
    throw new Error(`migration ${name} failed: ${messageOf(error)}. ${NOT_OURS}`, { cause: error });
  } finally {
    await sequelize.query('ROLLBACK').catch(() => undefined);
  }
}

/**
 * Makes each index inside the transaction. After a failure every query fails in the same way, so that a migration that
 * cleans up behind it does not hide it.
 */
function withoutConcurrency(sequelize: Sequelize): Sequelize {
  let failure: Error | undefined;
  const query = async (sql: string, options: object): Promise<unknown> => {
    if (failure) throw failure;
    try {
      return await sequelize.query(sql.replace(' INDEX CONCURRENTLY ', ' INDEX '), options);
    } catch (error) {
      failure = error as Error;
      throw error;
    }
  };
  const trial = Object.create(sequelize) as Sequelize;
  const queryInterface = Object.create(sequelize.getQueryInterface()) as QueryInterface;
  return Object.assign(trial, {
    query,
    getQueryInterface: () => Object.assign(queryInterface, { sequelize: trial }),
  });
}

/** There is only one connection, so everything in `work` is part of the transaction. */
async function inTransaction(sequelize: Sequelize, work: () => Promise<void>): Promise<void> {
  await sequelize.query('BEGIN');
  try {
    await work();
    await sequelize.query('COMMIT');
  } catch (error) {
    // Fails when the connection broke, which has ended the transaction already.
    await sequelize.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function untilNotLockedOut(attempt: () => Promise<void>, lockedOut: () => void): Promise<void> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!LOCKED_OUT.includes(failureCode(error) ?? '')) throw error;
    }
    lockedOut();
    await delay(LOCK_PAUSE_MS);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function migrationsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.cjs')).sort();
}
