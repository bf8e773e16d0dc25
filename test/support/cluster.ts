import pg from 'pg';

/** Made by global-setup.mjs. */
const TEMPLATE = 'chat_template';

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

let made = 0;

export interface Database {
  url: string;
  drop(): Promise<void>;
}

/** The PostgreSQL of this worker. */
export function clusterUrl(): string {
  const { CHAT_TEST_CLUSTERS: clusters, JEST_WORKER_ID: worker = '1' } = process.env;
  if (clusters === undefined) throw new Error('The global set-up of the tests did not run');
  return (JSON.parse(clusters) as string[])[Number(worker) - 1]!;
}

/** Creates a migrated, empty database for the caller. */
export async function freshDatabase(): Promise<Database> {
  // Half the processor time of copying through the log of changes, which is meant for servers that are in use.
  return created(`TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY`);
}

/** Creates a database that is not migrated, with these options of CREATE DATABASE. */
export async function bareDatabase(options: string): Promise<Database> {
  return created(`TEMPLATE template0 ${options}`);
}

async function created(options: string): Promise<Database> {
  const url = clusterUrl();
  const name = `test_${process.pid}_${Date.now()}_${++made}`;
  await run(url, `CREATE DATABASE ${name} ${options}`);
  const database = new URL(url);
  database.pathname = `/${name}`;
  return { url: database.href, drop: () => run(url, `DROP DATABASE ${name} WITH (FORCE)`) };
}
