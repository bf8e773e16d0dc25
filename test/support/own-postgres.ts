import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { projectRoot } from '../../src/common/project-root.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { launchServer } from '../../src/database/embedded/launch.js';
import { type Places, settlePlaces } from '../../src/database/embedded/places.js';
import { isServer, readPostmasterPid } from '../../src/database/embedded/postmaster.js';
import { pause } from './time.js';

/** For a suite that kills PostgreSQL: one of its own, from before its first test until after its last. */
export function ownPostgres(): {
  /** Of an empty database; the same after a restart. */
  readonly url: string;
  /** Kills the main process. Its children notice, and end. */
  kill(): Promise<void>;
  /** Starts it on the same data and port, and resolves when it accepts connections. */
  restart(): Promise<void>;
} {
  let folder: string;
  let places: Places;
  let server: EmbeddedPostgres;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chat-own-postgres-'));
    server = await startEmbeddedPostgres({ dataDir: folder });
    places = await settlePlaces(server.dataDir, projectRoot());
  });
  afterAll(async () => {
    await server.stop();
    for (const path of [server.dataDir, folder]) await rm(path, { recursive: true, force: true });
  });
  return {
    get url() {
      return server.url;
    },
    async kill() {
      const { pid } = (await readPostmasterPid(places.pgData))!;
      process.kill(pid, 'SIGKILL');
      while (await isServer(pid, places.pgData)) await pause(5);
    },
    async restart() {
      // Children of the killed one may still hold its memory: then it does not start, and is started again.
      while ((await launchServer(places, server.port)) === undefined) await pause(50);
    },
  };
}

/** Queries a database whose server may be killed: each by a connection of its own. */
export async function query<Row extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
