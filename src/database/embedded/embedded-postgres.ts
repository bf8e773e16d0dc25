import { setTimeout as delay } from 'node:timers/promises';
import { projectRoot } from '../../common/project-root.js';
import { ensureCluster } from './cluster.js';
import { run } from './commands.js';
import { embeddedUrl, greetServer } from './greeting.js';
import { launchServer, POLL_MS } from './launch.js';
import { takeLease, type Lease } from './lease.js';
import { keepRunning } from './revival.js';
import { settlePlaces, type Places } from './places.js';
import { inspectServer, isServer, type ServerState } from './postmaster.js';

/** The project's own PostgreSQL, on 127.0.0.1. */
export interface EmbeddedPostgres {
  /** Connection string with user, password and database; the port differs from start to start. */
  url: string;
  port: number;
  /** Whether the server ran before this start. */
  adopted: boolean;
  /** Where the data is: the requested folder, or its replacement (see places.ts). */
  dataDir: string;
  /**
   * Gives the server back. Unless another process (or another start in this one) still uses it, it is stopped, and has
   * ended when the promise resolves. Close the connections first: open ones are cut. Later calls return the same
   * promise.
   */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Created when missing. Identifies the server: there is at most one per folder. */
  dataDir: string;
  /** Whether the server is restarted, on its port, when it ends before `stop()`. Otherwise the caller handles that. */
  revive?: boolean;
  /**
   * Whether what was committed is on the disk; default: true. With `false` it outlives a killed server, but not a crash of
   * the machine, after which the folder may be unusable: for tests, whose folder nobody needs again. Much of the time of
   * a test goes to a slow disk otherwise.
   */
  durable?: boolean;
  /** Receives a line about each step that takes long or is unexpected. */
  log?: (line: string) => void;
}

const PATIENCE_MS = 120_000;
/**
 * After SIGTERM, PostgreSQL waits for its sessions and accepts no new ones; after this time, a fast shutdown follows.
 */
const SMART_SHUTDOWN_MS = 1500;
/** How long after a guard's decision to stop the server the stop may become visible. */
const GUARD_DECISION_MS = 250;
const STOP_WITHIN_MS = 10_000;

/**
 * Starts PostgreSQL for this data folder, or adopts the one that already runs there. Creates the cluster and the
 * database `chat` when they are missing. Safe to call from any number of processes at once.
 *
 * The server runs as long as any process that started or adopted it. It stops when the last of them has called `stop()`
 * or has ended, even by `kill -9` (not on Windows, where the next start adopts it). Nothing here keeps the process
 * running.
 *
 * @throws Error with a message for the user when there is no PostgreSQL for this machine, or it can't start.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const places = await settlePlaces(options.dataDir, projectRoot());
  const durable = options.durable ?? true;
  const password = await ensureCluster(places, durable, log);
  const launch: Launch = (port) => launchServer(places, port, durable);
  const lease = await takeLease(places);
  try {
    const { port, adopted } = await bringUp(places, launch, password, lease, log);
    const leave = options.revive
      ? keepRunning(places, () => launch(port), port, lease, log)
      : () => Promise.resolve();
    let stopped: Promise<void> | undefined;
    return {
      url: embeddedUrl(port, password),
      port,
      adopted,
      dataDir: places.dataDir,
      stop: () => (stopped ??= leave().then(() => giveBack(places, lease, log))),
    };
  } catch (error) {
    await giveBack(places, lease, log).catch(() => undefined);
    throw error;
  }
}

type Launch = (port?: number) => Promise<number | undefined>;

async function bringUp(
  places: Places,
  launch: Launch,
  password: string,
  lease: Lease,
  log: (line: string) => void,
): Promise<{ port: number; adopted: boolean }> {
  let unguarded = await lease.ensureGuard();
  let launched: number | undefined;
  let stoppingSince: number | undefined;
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await delay(POLL_MS)) {
    const state = await inspectServer(places.pgData);
    if (state.kind === 'absent') {
      launched = (await launch()) ?? launched;
    }
    if (state.kind === 'stopping') {
      stoppingSince ??= Date.now();
      if (Date.now() - stoppingSince > SMART_SHUTDOWN_MS) await signalStop(places, state.pid, 'fast');
    } else {
      stoppingSince = undefined;
    }
    if (state.kind !== 'ready' || !(await greetServer(state.port, password))) continue;

    // The guard may have ended just before our lease: then it stops the server now, and we start another.
    unguarded = (await lease.ensureGuard()) || unguarded;
    const adopted = state.pid !== launched;
    if (adopted && unguarded && !(await staysReady(places, state.pid))) {
      unguarded = false;
      continue;
    }
    log(`${adopted ? 'adopted the running' : 'started'} PostgreSQL on 127.0.0.1:${state.port}`);
    return { port: state.port, adopted };
  }
  throw new Error(
    `PostgreSQL in ${places.dataDir} was not ready within ${PATIENCE_MS / 1000} s: see ${places.logFile}`,
  );
}

async function staysReady(places: Places, pid: number): Promise<boolean> {
  for (const end = Date.now() + GUARD_DECISION_MS; Date.now() < end; await delay(POLL_MS)) {
    const state = await inspectServer(places.pgData);
    if (state.kind !== 'ready' || state.pid !== pid) return false;
  }
  return true;
}

async function giveBack(places: Places, lease: Lease, log: (line: string) => void): Promise<void> {
  const before = await inspectServer(places.pgData);
  if (!(await lease.release())) return;
  const pid = pidOf(before);
  if (pid === undefined) return;

  // The guard sends the same signal now; a second one is harmless.
  await signalStop(places, pid, 'fast');
  if (await isGone(places, pid)) return;
  log('PostgreSQL does not stop: sending it an immediate shutdown');
  await signalStop(places, pid, 'immediate');
  if (!(await isGone(places, pid)))
    throw new Error(`PostgreSQL (process ${pid}) does not stop: end that process yourself`);
}

async function isGone(places: Places, pid: number): Promise<boolean> {
  for (const end = Date.now() + STOP_WITHIN_MS; Date.now() < end; await delay(POLL_MS)) {
    if (!(await isServer(pid, places.pgData))) return true;
  }
  return false;
}

function pidOf(state: ServerState): number | undefined {
  return state.kind === 'absent' ? undefined : state.pid;
}

/** Node can't send these signals on Windows: pg_ctl does it there. */
async function signalStop(
  { binaries, pgData }: Places,
  pid: number,
  mode: 'fast' | 'immediate',
): Promise<void> {
  if (process.platform === 'win32') {
    await run(binaries.pgCtl, ['stop', '-W', '-D', pgData, '-m', mode]);
    return;
  }
  try {
    process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  } catch {
    // It has ended, or belongs to another user: the caller checks again.
  }
}
