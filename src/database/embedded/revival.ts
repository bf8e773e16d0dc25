import { setTimeout as delay } from 'node:timers/promises';
import { launchServer } from './launch.js';
import type { Lease } from './lease.js';
import type { Places } from './places.js';
import { inspectServer, isAlive, isServer } from './postmaster.js';

const LOOK_MS = 1000;

/**
 * Looks each second whether the server of these places still runs, and starts it again on its port when it does not:
 * clients know it by that. Several processes may do so; PostgreSQL lets one of them. What goes wrong is told once and
 * tried again. Keeps no process running.
 *
 * @returns ends it; once that resolves nothing is started any more.
 */
export function keepRunning(
  places: Places,
  port: number,
  lease: Lease,
  log: (line: string) => void,
): () => Promise<void> {
  const end = new AbortController();
  let told = '';
  const tell = (line: string): void => {
    if (line !== told) log(line);
    told = line;
  };
  let pid: number | undefined;

  const look = async (): Promise<void> => {
    if (pid !== undefined && (await runs(pid, places))) return;
    const state = await inspectServer(places.pgData);
    if (state.kind === 'ready') {
      if (state.port !== port) tell(`PostgreSQL runs on port ${state.port} now: start this again`);
      else if (pid !== undefined) tell(`PostgreSQL runs again on 127.0.0.1:${port}`);
      pid = state.pid;
    }
    if (state.kind !== 'absent') return;
    tell('PostgreSQL is gone: starting it again');
    await lease.ensureGuard();
    await launchServer(places, port);
    // The next time it goes is news again, though nobody has looked in between.
    told = '';
  };

  const looking = (async () => {
    while (!end.signal.aborted) {
      await look().catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));
      await delay(LOOK_MS, undefined, { ref: false, signal: end.signal }).catch(() => undefined);
    }
  })();
  return () => {
    end.abort();
    return looking;
  };
}

/** Cheap on Linux; elsewhere a look at the command is a process of its own, so the id has to do. */
function runs(pid: number, { pgData }: Places): Promise<boolean> {
  return process.platform === 'linux' ? isServer(pid, pgData) : Promise.resolve(isAlive(pid));
}
