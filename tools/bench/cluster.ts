import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { postmasterOf } from './proc.js';
import { checkedUrl, startEmbedded } from './product.js';

/** The PostgreSQL server of a benchmark: the project's embedded one, or the one of BENCH_DATABASE_URL. */
export interface Cluster {
  /** Of a database that always exists. */
  url: string;
  /** Its version and how durable its commits are, for the report. */
  settings: Record<string, string>;
  /** The main process, to charge CPU time to; null when it is not on this machine or not on Linux. */
  postmasterPid: number | null;
  /** Creates an empty database, dropping one with the same name, and returns its URL. */
  create(name: string): Promise<string>;
  /** Writes a checkpoint: pages that earlier sections left dirty would delay the flushes of the next. */
  settle(): Promise<void>;
  /** Drops the created databases, and stops the server if it was started here. */
  stop(): Promise<void>;
}

const SETTINGS = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers'];

export async function startCluster(log: (line: string) => void): Promise<Cluster> {
  const given = process.env['BENCH_DATABASE_URL'];
  // An external server is not stopped.
  const server = given
    ? { url: await checkedUrl(given), stop: () => Promise.resolve() }
    : await startEmbedded(fileURLToPath(new URL('../../../.data/bench', import.meta.url)), log);
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  const settings: Record<string, string> = {};
  for (const name of SETTINGS) {
    const { rows } = await admin.query<{ value: string }>('SELECT current_setting($1) AS value', [name]);
    settings[name] = rows[0]?.value ?? '?';
  }
  const backend = await admin.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const made: string[] = [];
  return {
    url: server.url,
    settings,
    postmasterPid: postmasterOf(backend.rows[0]?.pid ?? 0),
    create: async (name) => {
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.query(`CREATE DATABASE ${name}`);
      made.push(name);
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    settle: async () => {
      await admin.query('CHECKPOINT');
    },
    stop: async () => {
      for (const name of made) await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await admin.end();
      await server.stop();
    },
  };
}
