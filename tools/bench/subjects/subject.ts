import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SqlOperations } from '../floors/sql-relay.js';
import type { Peer } from '../ipc.js';
import { freePort, startChild } from './child.js';
import type { ProbeOperations } from './probe.js';

/** A chat server to measure; it speaks the seed protocol on `port` of 127.0.0.1. */
export interface Subject {
  pid: number;
  port: number;
  /** Where our own server speaks REST; 0: it does not. */
  restPort: number;
  probe: Peer<ProbeOperations>;
  stop(): Promise<void>;
}

const READY_MS = 60_000;

/** The project's own server, with all its guarantees on, in open mode and without rate limits. */
export async function startOurs(
  databaseUrl: string,
  variables: Record<string, string> = {},
): Promise<Subject> {
  const [restPort, port] = [await freePort(), await freePort()];
  const child = startChild<ProbeOperations>('ours', '../../../main.js', {
    probe: true,
    flags: await startFlags(),
    env: {
      HOST: '127.0.0.1',
      PORT: String(restPort),
      SOCKET_PORT: String(port),
      DATABASE_URL: databaseUrl,
      RATE_LIMITS: 'off',
      AUTH: 'open',
      NODE_ENV: 'production',
      LOG_LEVEL: 'warn',
      ...variables,
    },
  });
  try {
    await untilReady(`http://127.0.0.1:${restPort}/health/ready`);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { pid: child.pid, port, restPort, probe: child.peer, stop: () => child.stop() };
}

/**
 * Node's flags of `npm start`, without source maps, which only change stack traces. The floors get them too, so that
 * settings of the garbage collector give our server no advantage.
 */
export async function startFlags(): Promise<string[]> {
  const text = await readFile(new URL('../../../../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--') && word !== '--enable-source-maps');
}

export function oursIsBuilt(): boolean {
  return existsSync(fileURLToPath(new URL('../../../main.js', import.meta.url)));
}

/** Floor (a): bare Socket.IO. */
export function startRelay(): Promise<Subject> {
  return startFloor('relay', '../floors/relay.js', {});
}

/** Floor (c): the usual tutorial design. */
export function startTutorial(databaseUrl: string): Promise<Subject> {
  return startFloor('tutorial', '../floors/tutorial.js', { DATABASE_URL: databaseUrl });
}

export interface SqlSubject extends Subject {
  sql: Peer<SqlOperations & ProbeOperations>;
}

/** The bare SQL of the reads, alone and behind bare Socket.IO. */
export function startSqlRelay(databaseUrl: string): Promise<SqlSubject> {
  return startFloor('sql', '../floors/sql-relay.js', { DATABASE_URL: databaseUrl });
}

async function startFloor(name: string, module: string, env: Record<string, string>): Promise<SqlSubject> {
  const child = startChild<SqlOperations & ProbeOperations>(name, module, {
    probe: true,
    flags: await startFlags(),
    env: { NODE_ENV: 'production', ...env },
  });
  const port = await child.peer.ready();
  if (typeof port !== 'number') throw new Error(`${name} announced no port`);
  return { pid: child.pid, port, restPort: 0, probe: child.peer, sql: child.peer, stop: () => child.stop() };
}

async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    if (Date.now() > deadline)
      throw new Error(`${url} was not ready within ${READY_MS} ms (last: ${status})`);
    await sleep(100);
  }
}
