// @ts-check
/**
 * A process between a test and the server that it uses: it starts PostgreSQL and the server, and ends both when the test
 * says so or is no longer there, however it ended. Plain JavaScript, so that it runs from the sources and from the build.
 *
 * @typedef {object} Plan
 * @property {string} serverPath folder of the server, built
 * @property {string | null} databaseUrl of a PostgreSQL that runs; null: one of its own
 * @property {string} database name of the database that is created
 * @property {Record<string, string>} env of the server, beside this process's own
 *
 * It hears `{ plan }` once, then `'restart'`, `'kill'` and `'stop'`. It says `{ log }`, `{ folder }`, `{ serving }` and
 * `{ failed }`, and ends after a stop.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

/** After SIGTERM the server gets so long. Milliseconds. */
const STOP_WITHIN_MS = 3_000;

/** What the server prints when it serves: as JSON in production, else its banner. */
const SERVING = /"httpPort":(\d+)|REST +http:\/\/localhost:(\d+)[\s\S]*Ctrl-C stops it/;

/** @type {Plan} */
let plan;
/** @type {string | undefined} */
let folder;
/** @type {{ url: string, dataDir: string, stop(): Promise<void> } | undefined} */
let cluster;
/** Where the database is created. @type {string | undefined} */
let adminUrl;
/** @type {import('node:child_process').ChildProcess | undefined} */
let server;
/** The port of the first start, which later ones use again. */
let port = '0';
let ending = false;

/** @param {Record<string, unknown>} message */
function say(message) {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** @param {string} url @param {string} statement */
async function execute(url, statement) {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** @param {string} url */
function ofDatabase(url) {
  const own = new URL(url);
  own.pathname = `/${plan.database}`;
  return own.href;
}

/** @param {string} file of the server's build */
const built = (file) => import(pathToFileURL(join(plan.serverPath, 'dist', file)).href);

async function startDatabase() {
  if (plan.databaseUrl === null) {
    folder = await mkdtemp(join(tmpdir(), 'chat-testing-'));
    say({ folder });
    const { startEmbeddedPostgres } = await built('database/embedded/embedded-postgres.js');
    cluster = await startEmbeddedPostgres({
      dataDir: folder,
      durable: false,
      log: (/** @type {string} */ line) => say({ log: `${line}\n` }),
    });
  }
  adminUrl = cluster?.url ?? plan.databaseUrl ?? '';
  if (!ending) await execute(adminUrl, `CREATE DATABASE "${plan.database}"`);
}

/** Nothing of the server's configuration comes from elsewhere: not from this environment, not from its `.env`. */
async function environment() {
  const { environment: variables } = await built('config/environment.js');
  const unset = Object.fromEntries(Object.keys(variables).map((name) => [name, '']));
  return {
    ...process.env,
    ...unset,
    ...plan.env,
    PORT: port,
    DATABASE_URL: ofDatabase(adminUrl ?? ''),
    // Under npm the server ends when its parent does: it must not outlive this process even if that is killed.
    npm_lifecycle_event: 'test',
  };
}

async function startServer() {
  const env = await environment();
  if (ending) return;
  const child = spawn(process.execPath, ['--enable-source-maps', join(plan.serverPath, 'dist', 'main.js')], {
    cwd: plan.serverPath,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  server = child;
  let output = '';
  let serving = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      const text = String(chunk);
      say({ log: text });
      if (serving) return;
      output += text;
      const found = SERVING.exec(output);
      if (!found) return;
      serving = true;
      port = found[1] ?? found[2] ?? port;
      say({ serving: { port: Number(port), databaseUrl: ofDatabase(adminUrl ?? ''), clusterUrl: adminUrl } });
    });
  }
  child.once('error', (error) => say({ failed: error.message }));
  child.once('close', (code, signal) => {
    if (server !== child) return;
    server = undefined;
    say({ failed: `it ended with ${signal === null ? `exit code ${code}` : `signal ${signal}`}` });
  });
}

/** @param {'SIGTERM' | 'SIGKILL'} signal */
async function endServer(signal) {
  const child = server;
  if (!child) return;
  server = undefined;
  const closed = once(child, 'close');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await closed;
  clearTimeout(timer);
}

/** Each step is tried, whatever became of the others. */
async function end() {
  ending = true;
  await endServer(process.connected ? 'SIGTERM' : 'SIGKILL');
  await work;
  await endServer('SIGKILL');
  if (cluster) await cluster.stop().catch((error) => say({ log: `${String(error)}\n` }));
  else if (adminUrl) {
    const drop = `DROP DATABASE IF EXISTS "${plan.database}" WITH (FORCE)`;
    await execute(adminUrl, drop).catch((error) => say({ log: `${String(error)}\n` }));
  }
  for (const path of [cluster?.dataDir, folder]) {
    if (path) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
  process.exit(0);
}

/** What is done at present: one step after the other. @type {Promise<unknown>} */
let work = Promise.resolve();

/** @param {() => Promise<unknown>} step */
function next(step) {
  work = work
    .then(() => (ending ? undefined : step()))
    .catch((error) => say({ failed: error instanceof Error ? error.message : String(error) }));
}

process.on('message', (/** @type {unknown} */ message) => {
  if (message === 'stop') void end();
  else if (message === 'restart' || message === 'kill') {
    next(async () => {
      await endServer(message === 'kill' ? 'SIGKILL' : 'SIGTERM');
      await startServer();
    });
  } else {
    plan = /** @type {{ plan: Plan }} */ (message).plan;
    next(async () => {
      await startDatabase();
      await startServer();
    });
  }
});
process.on('disconnect', () => void (ending || end()));
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => void (ending || end()));
}
say({ listening: true });
