import { Client, DatabaseError } from 'pg';
import { CLUSTER_USER } from './cluster.js';
import { hasCode } from './commands.js';

/** PostgreSQL's error codes: https://www.postgresql.org/docs/18/errcodes-appendix.html */
const UNKNOWN_DATABASE = '3D000';
/** Another process is creating the database or copying the template, or the server is shutting down. */
const TRY_AGAIN = ['42P04', '23505', '55006', '57P01', '57P02', '57P03'];
const REFUSALS = ['28P01', '28000'];

const CONNECT_WITHIN_MS = 5000;

/** The connection string of a database of the embedded server. */
export function embeddedUrl(port: number, password: string, database = CLUSTER_USER): string {
  return `postgres://${CLUSTER_USER}:${password}@127.0.0.1:${port}/${database}`;
}

/**
 * Connects to the server once, and creates its database if it is missing.
 *
 * @returns false when the server does not answer, because it is starting or stopping, or the database was just created.
 * @throws Error when it refuses the password, or can't create the database.
 */
export async function greetServer(port: number, password: string): Promise<boolean> {
  try {
    await ask(embeddedUrl(port, password), 'select 1');
    return true;
  } catch (error) {
    if (hasCode(error, ...REFUSALS)) throw error;
    if (!hasCode(error, UNKNOWN_DATABASE)) return false;
  }
  try {
    await ask(embeddedUrl(port, password, 'postgres'), `create database ${CLUSTER_USER}`);
  } catch (error) {
    if (error instanceof DatabaseError && !hasCode(error, ...TRY_AGAIN)) throw error;
  }
  // The next call checks whether the database exists.
  return false;
}

async function ask(connectionString: string, query: string): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: CONNECT_WITHIN_MS, ssl: false });
  // A connection that breaks later emits an error event, which would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(query);
  } finally {
    await client.end().catch(() => undefined);
  }
}
