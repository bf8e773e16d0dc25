import type { Allowance, Fate } from './attack.js';
import type { Outcome } from './attacker/tally.js';
import type { Figures } from './bystander/figures.js';
import type { Vitals } from './subjects/server.js';

/** Most resident memory of a node with a heap of 512 MB, in megabytes. */
export const MOST_MEMORY_MB = 450;

/** How many times its quiet p99 a bystander's may be. Judged only with --strict. */
export const MOST_RATIO = 3;

/** A p99 below this is as good as any, in milliseconds: ratios of such figures are noise. */
const QUIET_ENOUGH_MS = 5;

/** How far over an allowance it counts: clocks of two processes, and what was on its way at the end. */
const TOLERANCE = 1.25;

/** What was seen of an attack. */
export interface Evidence {
  fate: Fate;
  /** What the attacker may have; null: nothing. */
  allowance: Allowance | null;
  nodes: readonly Vitals[];
  outcome: Outcome;
  quiet: Figures;
  under: Figures;
  /** Broken promises of the attack's own. */
  problems: readonly string[];
}

/** The p99 of the bystander's commands, under the attack against quiet. */
export function ratioOf({ quiet, under }: Pick<Evidence, 'quiet' | 'under'>): number {
  return under.commands.p99 / Math.max(quiet.commands.p99, QUIET_ENOUGH_MS);
}

/** How often an attacker was refused. */
export function refusalsOf({ refusals }: Outcome): number {
  return Object.values(refusals).reduce((sum, count) => sum + count, 0);
}

/** What is wrong, a sentence each; empty: the attack was held. */
export function judge(evidence: Evidence, isStrict: boolean): string[] {
  const { nodes, outcome, quiet, under, problems } = evidence;
  const troubled = [...countsIn(quiet.unanswered, 'was not answered'), ...countsIn(quiet.failed, 'failed')];
  if (troubled.length > 0)
    return [`before the attack, so the machine is too busy to judge: ${troubled.join(', ')}`];
  return [
    ...nodes.flatMap(faultsOf),
    ...fateFaults(evidence),
    ...allowanceFaults(evidence),
    ...countsIn(under.unanswered, 'was not answered'),
    ...countsIn(under.failed, 'failed'),
    ...(under.asked === 0 ? ['the bystander asked nothing'] : []),
    ...outcome.problems,
    ...problems,
    ...(isStrict && ratioOf(evidence) > MOST_RATIO
      ? [`the bystander's p99 was ${ratioOf(evidence).toFixed(1)} times the quiet one`]
      : []),
  ];
}

function faultsOf({ survived, recovered, peakMb }: Vitals): string[] {
  if (!survived) return ['the node did not survive'];
  return [
    ...(recovered ? [] : ['the node did not serve again within 15 s']),
    ...(peakMb > MOST_MEMORY_MB ? [`the node used ${Math.round(peakMb)} MB of memory`] : []),
  ];
}

function fateFaults({ fate, allowance, outcome }: Evidence): string[] {
  const { survivors, cuts, served, bytesIn } = outcome;
  if (fate === 'held') return [];
  if (fate === 'cut' && survivors > 0)
    return [`${survivors} of the attacker's connections were never cut off`];
  if (cuts + refusalsOf(outcome) > 0) return [];
  const isModest =
    allowance !== null &&
    served <= (allowance.served ?? Infinity) &&
    bytesIn <= (allowance.bytesIn ?? Infinity);
  return isModest ? [] : ['the attacker was neither refused nor cut off'];
}

/** Refusals are not enough: what passes beside them is bounded too. */
function allowanceFaults({ allowance, outcome }: Evidence): string[] {
  const { served, bytesIn } = outcome;
  const { served: mostServed = Infinity, bytesIn: mostBytes = Infinity } = allowance ?? {};
  return [
    ...(served > mostServed * TOLERANCE
      ? [`the attacker was served ${served} times, and ${Math.round(mostServed)} are allowed`]
      : []),
    ...(bytesIn > mostBytes * TOLERANCE
      ? [`the attacker was sent ${megabytes(bytesIn)} MB, and ${megabytes(mostBytes)} MB are allowed`]
      : []),
  ];
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

function countsIn(counts: Record<string, number>, what: string): string[] {
  return Object.entries(counts).map(([name, count]) => `the bystander's ${name} ${what}, ${count} times`);
}
