import type { Cluster } from '../cluster.js';
import type { Peer } from '../ipc.js';
import type { LoadOperations, RunParams, RunResult } from '../load/operations.js';
import type { Options, SubjectName } from '../options.js';
import { untilIdle } from '../proc.js';
import type { Progress } from '../progress.js';
import type { Results } from '../results.js';
import type { Fleet } from '../subjects/fleet.js';
import type { Subject } from '../subjects/subject.js';

/** What every section of the benchmark needs. */
export interface Context {
  options: Options;
  cluster: Cluster;
  fleet: Fleet;
  /** The load generator's process. */
  load: Peer<LoadOperations>;
  progress: Progress;
  results: Results;
}

/**
 * The names in the order of this round. An odd round reverses the one before, so that a name that is early in one is
 * late in the other. Every second round begins with the next name: a b c d, d c b a, b c d a, a d c b, ….
 */
export function inTurns<T>(names: T[], round: number): T[] {
  const by = names.length > 0 ? Math.floor(round / 2) % names.length : 0;
  const turned = [...names.slice(by), ...names.slice(0, by)];
  return round % 2 === 0 ? turned : turned.reverse();
}

/**
 * Closes the connections of a load and waits until the server has finished with them; otherwise it would do that work
 * in the next window. On our server everybody sends `userOffline` first; after a plain close they would go offline some
 * seconds later.
 */
export async function leave(
  load: Peer<LoadOperations>,
  subject: SubjectName,
  { pid }: Subject,
): Promise<void> {
  await load.request('close', { goodbye: subject === 'ours' });
  await untilIdle(pid);
}

export function includes(context: Context, ...names: SubjectName[]): boolean {
  return names.every((name) => context.options.subjects.includes(name));
}

/** The parameters of a run by the options, with the CPU time of a server and the cluster. */
export function runParams(
  { options, cluster }: Context,
  serverPid: number,
  load: { inFlight: number } | { rate: number },
): RunParams {
  return {
    inFlight: 'inFlight' in load ? load.inFlight : 0,
    rate: 'rate' in load ? load.rate : null,
    senders: Number.MAX_SAFE_INTEGER,
    warmupMs: options.warmupMs,
    windowMs: options.windowMs,
    watch: { serverPid, postmasterPid: cluster.postmasterPid },
  };
}

/** CPU time per message or copy, in microseconds. */
export function per(count: number, micros: number | null): number | null {
  return micros === null || count === 0 ? null : micros / count;
}

export function perSecond(count: number, { windowMs }: Pick<RunResult, 'windowMs'>): number {
  return (count * 1000) / windowMs;
}
