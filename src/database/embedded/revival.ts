import { setTimeout as delay } from 'node:timers/promises';
import type { Lease } from './lease.js';
import type { Places } from './places.js';
import { inspectServer, isAlive, isServer } from './postmaster.js';

const LOOK_MS = 1000;

/**
 * Checks each second whether the server still runs, and restarts it if not. It restarts on the same port, because
 * clients connect to that. Several processes may do this; PostgreSQL lets only one start. A repeated failure is logged
 * once, and tried again. It does not keep the process running. `launch` starts the server on that port.
 *
 * @returns a function that ends this; once its promise resolves, no server is started any more.
 */
export function keepRunning(
  places: Places,
  launch: () => Promise<unknown>,
  port: number,
  lease: Lease,
  log: (line: string) => void,
): () => Promise<void> {
  const end = new AbortController();
  let lastLine = '';
  const logOnce = (line: string): void => {
    if (line !== lastLine) log(line);
    lastLine = line;
  };
  let pid: number | undefined;

  const look = async (): Promise<void> => {
    if (pid !== undefined && (await runs(pid, places))) return;
    const state = await inspectServer(places.pgData);
    if (state.kind === 'ready') {
      if (state.port !== port) logOnce(`PostgreSQL now runs on port ${state.port}: restart this program`);
      else if (pid !== undefined) logOnce(`PostgreSQL runs again on 127.0.0.1:${port}`);
      pid = state.pid;
    }
    if (state.kind !== 'absent') return;
    logOnce('PostgreSQL has ended: starting it again');
    await lease.ensureGuard();
    await launch();
    // If it ends again, that is logged again, even before the next check.
    lastLine = '';
  };

  const looking = (async () => {
    while (!end.signal.aborted) {
      await look().catch((error: unknown) => logOnce(error instanceof Error ? error.message : String(error)));
      await delay(LOOK_MS, undefined, { ref: false, signal: end.signal }).catch(() => undefined);
    }
  })();
  return () => {
    end.abort();
    return looking;
  };
}

/** On Linux the full check is cheap. Elsewhere it needs a child process, so only the process id is checked. */
function runs(pid: number, { pgData }: Places): Promise<boolean> {
  return process.platform === 'linux' ? isServer(pid, pgData) : Promise.resolve(isAlive(pid));
}
