/**
 * Starts the PostgreSQL of this run and migrates the template that every test file copies. Runs on the built
 * `dist`, as `npm start` does: Jest maps no modules for its set-up. `npm test` builds first.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../dist/database/embedded/embedded-postgres.js';
import { migrate } from '../../dist/database/migrator.js';

/** The template that cluster.ts copies. */
const TEMPLATE = 'chat_template';

export default async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'chat-test-'));
  const cluster = await startEmbeddedPostgres({ dataDir: folder });
  const client = new pg.Client({ connectionString: cluster.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  const template = new URL(cluster.url);
  template.pathname = `/${TEMPLATE}`;
  await migrate(template.href);
  process.env.CHAT_TEST_CLUSTER = cluster.url;
  globalThis.chatTestCluster = { cluster, folder };
}
