import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** USER_HZ: the unit of the times in /proc/<pid>/stat, 10 ms on every current Linux (man 5 proc). */
const TICK_US = 10_000;

const IDLE_WITHIN_MS = 10_000;
const IDLE_LOOKS = 4;
const LOOK_MS = 75;

interface Times {
  parent: number;
  own: number;
  reaped: number;
}

/** CPU time used so far, in microseconds; null if the system has no /proc or the process has ended. */
export interface Cpu {
  server: number | null;
  database: number | null;
  load: number;
}

/** The processes whose CPU time counts for a run. */
export interface Watch {
  serverPid: number | null;
  postmasterPid: number | null;
}

export function cpuNow(watch: Watch): Cpu {
  const { user, system } = process.cpuUsage();
  return {
    server: watch.serverPid === null ? null : (times(watch.serverPid)?.own ?? null),
    database: watch.postmasterPid === null ? null : clusterCpu(watch.postmasterPid),
    load: user + system,
  };
}

export function cpuBetween(before: Cpu, after: Cpu): Cpu {
  const minus = (a: number | null, b: number | null): number | null =>
    a === null || b === null ? null : a - b;
  return {
    server: minus(after.server, before.server),
    database: minus(after.database, before.database),
    load: after.load - before.load,
  };
}

/**
 * Waits until the process has used no CPU time for a while, measured in steps of 10 ms; at most 10 s. Without /proc it
 * does not wait.
 */
export async function untilIdle(pid: number): Promise<void> {
  const deadline = performance.now() + IDLE_WITHIN_MS;
  let used = times(pid)?.own;
  for (let looks = 0; used !== undefined && looks < IDLE_LOOKS && performance.now() < deadline; looks++) {
    await sleep(LOOK_MS);
    const now = times(pid)?.own;
    if (now !== used) looks = -1;
    used = now;
  }
}

/** The main process of the PostgreSQL with this backend; null if the pid belongs to another machine or namespace. */
export function postmasterOf(backend: number): number | null {
  try {
    if (!readFileSync(`/proc/${backend}/comm`, 'latin1').startsWith('postgres')) return null;
  } catch {
    return null;
  }
  return times(backend)?.parent ?? null;
}

/** A PostgreSQL cluster's whole CPU time: the postmaster, its living children, and those it has reaped. */
function clusterCpu(postmaster: number): number | null {
  const main = times(postmaster);
  if (!main) return null;
  let sum = main.own + main.reaped;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const child = times(pid);
    if (child?.parent === postmaster) sum += child.own;
  }
  return sum;
}

function times(pid: number): Times | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The second field, the command, may contain spaces and brackets; what follows the last bracket does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (index: number): number => Number(fields[index]) * TICK_US;
  return { parent: Number(fields[1]), own: ticks(11) + ticks(12), reaped: ticks(13) + ticks(14) };
}
