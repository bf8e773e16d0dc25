import { spawn } from 'node:child_process';
import { readFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { childrenOf, isAlive, signal, thawLater } from './processes.js';

/** The part of the project's embedded PostgreSQL that is used here. */
interface EmbeddedModule {
  startEmbeddedPostgres: (options: { dataDir: string; log: (line: string) => void }) => Promise<Embedded>;
}

interface Embedded {
  url: string;
  port: number;
  dataDir: string;
  stop: () => Promise<void>;
}

/** Most milliseconds until a restarted server accepts connections. */
const START_WITHIN_MS = 60_000;

/** Most milliseconds until the connections of an ended client end. */
const ENDED_WITHIN_MS = 10_000;

/** PostgreSQL is frozen for at most so many seconds, even if the harness ends. */
const THAW_AFTER_S = 120;

/** The harness's own PostgreSQL, in a temporary folder: it can be killed, stopped and started. */
export class Postgres {
  private callOffThaw: (() => void) | null = null;

  private constructor(
    private readonly embedded: Embedded,
    private readonly folder: string,
  ) {}

  static async start(log: (line: string) => void): Promise<Postgres> {
    // The project's own build compiles it, and this build does not include its sources: so it is imported by path.
    const address = new URL('../../../database/embedded/embedded-postgres.js', import.meta.url).href;
    const { startEmbeddedPostgres } = (await import(address)) as EmbeddedModule;
    const folder = await mkdtemp(join(tmpdir(), 'chat-chaos-'));
    return new Postgres(await startEmbeddedPostgres({ dataDir: folder, log }), folder);
  }

  /** Creates an empty database and returns its connection string. */
  async createDatabase(name: string): Promise<string> {
    await this.query(`CREATE DATABASE ${name}`);
    const url = new URL(this.embedded.url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** The account that it runs as, which must own its files. */
  async account(): Promise<{ uid: number; gid: number }> {
    const { uid, gid } = await stat(this.pgData);
    return { uid, gid };
  }

  /** One statement, as the superuser. */
  async admin(statement: string): Promise<void> {
    await this.query(statement);
  }

  /** SIGKILL to the main process; its children notice and end. */
  async kill(): Promise<void> {
    const pid = await this.pid();
    signal(pid, 'SIGKILL');
    while (isAlive(pid)) await sleep(5);
  }

  /** Starts it again as it was: same program, port and settings. Resolves when it accepts connections. */
  async restart(): Promise<void> {
    const end = performance.now() + START_WITHIN_MS;
    const { uid, gid } = await this.account();
    const words = (await readFile(join(this.pgData, 'postmaster.opts'), 'utf8')).trim();
    const program = words.slice(0, words.indexOf(' "'));
    const args = [...words.matchAll(/ "([^"]*)"/g)].map(([, arg]) => arg ?? '');
    const account = process.getuid?.() === 0 ? { uid, gid } : {};
    const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
    let server = spawn(program, args, { ...account, cwd: '/', env, stdio: 'ignore', detached: true });
    while (!(await this.accepts())) {
      if (performance.now() > end) throw new Error('PostgreSQL did not start again');
      // Children of the killed server may still hold its shared memory. Then the new one exits, and is started again.
      if (server.exitCode !== null) {
        server = spawn(program, args, { ...account, cwd: '/', env, stdio: 'ignore', detached: true });
      }
      server.unref();
      await sleep(50);
    }
  }

  /** SIGSTOP to all its processes: the kernel still accepts connections, but nothing answers. */
  async freeze(): Promise<void> {
    const main = await this.pid();
    signal(main, 'SIGSTOP');
    const children = childrenOf(main);
    for (const child of children) signal(child, 'SIGSTOP');
    this.callOffThaw = thawLater([main, ...children], THAW_AFTER_S);
  }

  async thaw(): Promise<void> {
    const main = await this.pid();
    for (const child of childrenOf(main)) signal(child, 'SIGCONT');
    signal(main, 'SIGCONT');
    this.callOffThaw?.();
    this.callOffThaw = null;
  }

  /**
   * Terminates one backend of the application; with `inTransaction`, one inside a transaction if there is any.
   * @returns whether there was a backend.
   */
  async terminateBackend(database: string, inTransaction: boolean): Promise<boolean> {
    const rows = await this.query(
      `SELECT pg_terminate_backend(pid) FROM (
         SELECT pid FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'chat%'
         ORDER BY $2 AND state = 'idle in transaction' DESC, random() LIMIT 1
       ) one`,
      [database, inTransaction],
    );
    return rows.length > 0;
  }

  /**
   * How many deadlocks PostgreSQL had to break in this database. Its connections must have ended: PostgreSQL adds their
   * counts only when they are idle for a while, and at their end.
   *
   * @throws Error when the application's connections do not end within 10 s: stop its nodes first.
   */
  async deadlocks(database: string): Promise<number> {
    const open = "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'chat%'";
    const end = performance.now() + ENDED_WITHIN_MS;
    while ((await this.query(open, [database])).length > 0) {
      if (performance.now() > end) throw new Error(`${database} still has connections: stop its nodes first`);
      await sleep(20);
    }
    const rows = await this.query('SELECT deadlocks FROM pg_stat_database WHERE datname = $1', [database]);
    return Number(rows[0]?.deadlocks ?? 0);
  }

  async stop(): Promise<void> {
    await this.thaw().catch(() => undefined);
    await this.embedded.stop();
    await rm(this.folder, { recursive: true, force: true });
    if (this.embedded.dataDir !== this.folder)
      await rm(this.embedded.dataDir, { recursive: true, force: true });
  }

  private get pgData(): string {
    return join(this.embedded.dataDir, 'pgdata');
  }

  private async pid(): Promise<number> {
    const text = await readFile(join(this.pgData, 'postmaster.pid'), 'utf8');
    const pid = Number(text.split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 1) throw new Error('postmaster.pid names no process');
    return pid;
  }

  private accepts(): Promise<boolean> {
    return this.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  /** Uses a new connection: the last one may have been killed. */
  private async query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.embedded.url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Record<string, unknown>>(text, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
