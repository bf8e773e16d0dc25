import type { Cluster } from '../cluster.js';
import type { Peer } from '../ipc.js';
import type { LoadOperations, RunParams, RunResult } from '../load/operations.js';
import type { Options, SubjectName } from '../options.js';
import type { Progress } from '../progress.js';
import type { Results } from '../results.js';
import type { Fleet } from '../subjects/fleet.js';

/** What every section of the benchmark works with. */
export interface Context {
  options: Options;
  cluster: Cluster;
  fleet: Fleet;
  /** The load generator's process. */
  load: Peer<LoadOperations>;
  progress: Progress;
  results: Results;
}

/** The names in the order of this round: each is first in turn, so that none always follows the same one. */
export function rotated<T>(names: T[], round: number): T[] {
  const by = names.length > 0 ? round % names.length : 0;
  return [...names.slice(by), ...names.slice(0, by)];
}

export function includes(context: Context, ...names: SubjectName[]): boolean {
  return names.every((name) => context.options.subjects.includes(name));
}

/** The parameters of a run that the options give, charged to a server and the cluster. */
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
