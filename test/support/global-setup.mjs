/**
 * Starts a PostgreSQL for each worker of this run and migrates the template that every test file copies. Runs on the built
 * `dist`, as `npm start` does: Jest maps no modules for its set-up. `npm test` builds first.
 *
 * Each worker has its own, since databases of one server are no strangers: while a transaction is open in one of them,
 * changes in all others are not settled (docs/adr/0033), and tests of locks keep one open for many seconds. It does not
 * wait for the disk (docs/adr/0044).
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../dist/database/embedded/embedded-postgres.js';
import { migrate } from '../../dist/database/migrator.js';
import { stopCluster } from './global-teardown.mjs';

/** The template that cluster.ts copies. */
const TEMPLATE = 'chat_template';

async function startCluster() {
  const folder = await mkdtemp(join(tmpdir(), 'chat-test-'));
  let cluster;
  try {
    cluster = await startEmbeddedPostgres({ dataDir: folder, durable: false });
    await makeTemplate(cluster);
    return { cluster, folder };
  } catch (error) {
    await stopCluster({ cluster, folder }).catch(() => undefined);
    throw error;
  }
}

async function makeTemplate(cluster) {
  const client = new pg.Client({ connectionString: cluster.url });
  await client.connect();
  // Cut by a server that stops, it would end the whole program.
  await client.query(`CREATE DATABASE ${TEMPLATE}`).finally(() => client.end());
  const template = new URL(cluster.url);
  template.pathname = `/${TEMPLATE}`;
  await migrate(template.href);
}

export default async function setUp({ maxWorkers }) {
  const all = await Promise.allSettled(Array.from({ length: maxWorkers }, startCluster));
  const clusters = all.flatMap(({ value }) => value ?? []);
  const failed = all.find(({ status }) => status === 'rejected');
  if (failed) {
    // The tear-down is not called then.
    await Promise.allSettled(clusters.map(stopCluster));
    throw failed.reason;
  }
  process.env.CHAT_TEST_CLUSTERS = JSON.stringify(clusters.map(({ cluster }) => cluster.url));
  globalThis.chatTestClusters = clusters;
}
