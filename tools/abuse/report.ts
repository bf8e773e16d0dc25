import { layOut } from '../chaos/report.js';
import type { Result } from './ring.js';
import { ratioOf, refusalsOf } from './verdict.js';

const HEAD = [
  'attack',
  'quiet p50',
  'p99',
  'under it p50',
  'p99',
  'ratio',
  'REST p99',
  'stall',
  'memory MB',
  'heap MB',
  'served',
  'refused',
  'cut off',
  'after',
  'verdict',
];

/** The table, and below it what is needed to understand it. */
export function report(results: readonly Result[]): string {
  const parts = [layOut([HEAD, ...results.map(rowOf)]), LEGEND];
  for (const result of results) parts.push(...detailsOf(result));
  const failed = results.filter(({ faults }) => faults.length > 0).map(({ name }) => name);
  parts.push(failed.length === 0 ? 'Every attack was held.' : `NOT HELD: ${failed.join(', ')}`);
  return `${parts.join('\n\n')}\n`;
}

const LEGEND =
  'Latencies in ms, of the bystander. stall: the longest of the event loop of the node. memory: highest resident. ' +
  'after: how long a connection had lasted that was cut off, in the median.';

/** A line for the progress. */
export function summaryOf(result: Result): string {
  const { faults, outcome, nodes } = result;
  const verdict = faults.length === 0 ? 'held' : `NOT HELD: ${faults[0]}`;
  const memory = Math.round(Math.max(...nodes.map(({ peakMb }) => peakMb)));
  const { quiet, under } = result;
  return `p99 ${ms(quiet.commands.p99)} -> ${ms(under.commands.p99)} ms, ${memory} MB, refused ${refusalsOf(outcome)}, cut off ${outcome.cuts}: ${verdict}`;
}

function rowOf(result: Result): string[] {
  const { name, quiet, under, outcome, nodes, faults } = result;
  const highest = (pick: (vitals: (typeof nodes)[number]) => number) => Math.max(...nodes.map(pick));
  return [
    name,
    ms(quiet.commands.p50),
    ms(quiet.commands.p99),
    ms(under.commands.p50),
    ms(under.commands.p99),
    ratioOf(result).toFixed(1),
    ms(under.requests.p99),
    ms(highest(({ stallMs }) => stallMs)),
    String(Math.round(highest(({ peakMb }) => peakMb))),
    String(Math.round(highest(({ heapMb }) => heapMb))),
    String(outcome.served),
    String(refusalsOf(outcome)),
    String(outcome.cuts),
    outcome.cutAfterMs === null ? '–' : ms(outcome.cutAfterMs),
    faults.length === 0 ? 'held' : 'NOT HELD',
  ];
}

function detailsOf({ name, faults, log, outcome, under }: Result): string[] {
  const refused = Object.entries(outcome.refusals).map(([code, count]) => `${code} ${count}`);
  const { opened, bytesOut, bytesIn } = outcome;
  const lines = [
    `  ${opened} connections, ${megabytes(bytesOut)} MB sent, ${megabytes(bytesIn)} MB received`,
    ...faults.map((text) => `  WRONG ${text}`),
    ...(faults.length > 0 ? log.map((text) => `  ${text}`) : []),
    ...(refused.length > 0 ? [`  refused: ${refused.join(', ')}`] : []),
    ...outcome.notes.map((text) => `  ${text}`),
    ...(under.ownDelay > 50
      ? [`  the machine was busy: the bystander's own process was late by up to ${ms(under.ownDelay)} ms`]
      : []),
  ];
  return [`${name}\n${lines.join('\n')}`];
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function ms(value: number): string {
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}
