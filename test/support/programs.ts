import pg from 'pg';
import { type Addresses, ownInstallation, type Program, serving } from './process.js';
import { pause } from './time.js';

/** How long a test waits for work in the background on a busy machine, with the wait for a lease of a dead node. */
const PATIENCE_MS = 120_000;

export type Node = Addresses & { program: Program };

/** For a suite whose servers are killed: processes of the built server on one database of their own, which `sql` reads. */
export function ownNodes(): {
  readonly url: string;
  readonly sql: pg.Client;
  start(variables?: Record<string, string>): Promise<Node>;
  /** Kills the process at once, and waits until it is gone. */
  kill(node: Node): Promise<void>;
  /** Ends the connections of all nodes to PostgreSQL. */
  cutConnections(): Promise<void>;
  /** Reads the first row again and again until it is enough. */
  until<Row extends pg.QueryResultRow>(
    text: string,
    values: unknown[],
    enough: (row: Row) => boolean,
  ): Promise<Row>;
} {
  const own = ownInstallation();
  let sql: pg.Client;
  beforeAll(async () => {
    sql = new pg.Client({ connectionString: own.database.url });
    // The database is dropped under it at the end.
    sql.on('error', () => undefined);
    await sql.connect();
  });
  afterAll(() => sql.end());
  return {
    get url() {
      return own.database.url;
    },
    get sql() {
      return sql;
    },
    async start(variables = {}) {
      const program = own.installed.start({ DATABASE_URL: own.database.url, AUTH: 'open', ...variables });
      return { program, ...(await serving(program)) };
    },
    async kill({ program }) {
      program.end();
      await program.exited;
    },
    async cutConnections() {
      await sql.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      );
    },
    async until<Row extends pg.QueryResultRow>(
      text: string,
      values: unknown[],
      enough: (row: Row) => boolean,
    ) {
      for (const end = performance.now() + PATIENCE_MS; ;) {
        const { rows } = await sql.query<Row>(text, values);
        if (rows[0] && enough(rows[0])) return rows[0];
        if (performance.now() > end) throw new Error(`Not so far: ${JSON.stringify(rows)}`);
        await pause(5);
      }
    },
  };
}
