/**
 * The database of sequelize-cli: the one of `DATABASE_URL` (environment or `.env`), else the embedded one in
 * `.data/postgres`. That is adopted when the application runs it; else it is started, and stops by itself
 * when the command has ended. Migrations are recorded in `SequelizeMeta`, seeders nowhere: they are repeatable.
 * As in the server a statement waits for a lock no longer than 2 s, and there is one connection.
 */
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { Sequelize } = require('sequelize');

require('dotenv').config({ quiet: true, path: join(__dirname, '.env') });

const EMBEDDED = join(__dirname, 'dist', 'database', 'embedded', 'embedded-postgres.js');

/** What a database or role may set differently, as for the server's own sessions: `src/database/profiles.ts`. */
const SESSION = [
  'TimeZone=UTC',
  'DateStyle=ISO,MDY',
  'IntervalStyle=postgres',
  'default_transaction_isolation=read\\ committed',
  'search_path=public',
  'standard_conforming_strings=on',
  'array_nulls=on',
  'bytea_output=hex',
  'idle_session_timeout=0',
  'statement_timeout=0',
  'idle_in_transaction_session_timeout=0',
]
  .map((setting) => `-c ${setting}`)
  .join(' ');

module.exports = async () => {
  try {
    return optionsOf(process.env.DATABASE_URL || (await embeddedUrl()));
  } catch (error) {
    console.error(`\nERROR: ${error.message}\n`);
    process.exit(1);
  }
};

/**
 * The URL of a database, by the rule of `src/config/postgres-url.ts`, which may not be compiled yet: what follows a `/`,
 * `?` or `#` in a password that was not escaped would be taken for a database, and be shown. Other characters are
 * escaped here, because Sequelize reads them differently from the driver.
 */
function readable(url) {
  const [whole = '', authority = ''] = /^[a-z]+:\/\/([^/?#]*)/i.exec(url) ?? [];
  try {
    if (url.slice(whole.length).includes('@')) throw new Error();
    decodeURIComponent(authority.slice(0, authority.lastIndexOf('@') + 1));
    const read = new URL(url);
    if (!['postgres:', 'postgresql:'].includes(read.protocol)) throw new Error();
    return read.href;
  } catch {
    throw new Error(
      'DATABASE_URL: expected postgres://user:password@host:port/database; the password has to be escaped: %2F for /, ' +
        '%3F for ?, %23 for #, %25 for %, %40 for @',
    );
  }
}

/** Lets Sequelize read the URL, as in the application: sequelize-cli drops `sslmode` and the other parameters. */
function optionsOf(url) {
  const { config, options } = new Sequelize(readable(url), { logging: false });
  const { host, port, database, username, password } = config;
  return {
    dialect: 'postgres',
    host,
    port,
    database,
    username,
    password,
    pool: { max: 1 },
    dialectOptions: {
      connectionTimeoutMillis: 5000,
      lock_timeout: 2000,
      options: SESSION,
      ...options.dialectOptions,
    },
    seederStorage: 'none',
  };
}

async function embeddedUrl() {
  if (!existsSync(EMBEDDED)) {
    console.log('Building the application once, for its embedded PostgreSQL ...');
    const build = spawnSync('npm run --silent build', { cwd: __dirname, shell: true, stdio: 'inherit' });
    if (build.status !== 0) throw new Error('the build failed; set DATABASE_URL, or mend it');
  }
  const { startEmbeddedPostgres } = await import(pathToFileURL(EMBEDDED).href);
  const { url } = await startEmbeddedPostgres({
    dataDir: join(__dirname, '.data', 'postgres'),
    log: (line) => console.log(line),
  });
  return url;
}
