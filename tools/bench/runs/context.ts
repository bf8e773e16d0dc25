import type { Cluster } from '../cluster.js';
import type { Peer } from '../ipc.js';
import type { LoadOperations, RunParams, RunResult } from '../load/operations.js';
import type { Options, SubjectName } from '../options.js';
import { untilIdle } from '../proc.js';
import type { Progress } from '../progress.js';
import type { Results } from '../results.js';
import type { Fleet } from '../subjects/fleet.js';
import type { Subject } from '../subjects/subject.js';

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

/**
 * The names in the order of this round. Every odd round is the one before it backwards, so that whoever is early in one
 * is late in the other, and every second round begins with the next name: a b c d, d c b a, b c d a, a d c b, ….
 */
export function inTurns<T>(names: T[], round: number): T[] {
  const by = names.length > 0 ? Math.floor(round / 2) % names.length : 0;
  const turned = [...names.slice(by), ...names.slice(0, by)];
  return round % 2 === 0 ? turned : turned.reverse();
}

/**
 * Closes the connections of a load and waits until the server has done with them: what it does later it would do in the
 * window of the next. Of ours everybody goes offline first; by closing alone they would some seconds later.
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
