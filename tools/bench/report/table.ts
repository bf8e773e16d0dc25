import { commitOf } from '../machine.js';
import type { Results } from '../results.js';
import { groupRows, readRows, sendRows, type SendRow } from './medians.js';
import { addDuties } from './table-duties.js';
import { addLargeGroupAndStorm } from './table-groups.js';
import { findings, isMet, short, type Finding } from './summary.js';

/** Names of the subjects in tables and charts. */
export const SUBJECT_NAMES = {
  ours: 'this server',
  relay: 'bare relay',
  database: 'database alone',
  tutorial: 'tutorial',
} as const;

export const VIA_NAMES = {
  ours: 'this server',
  carried: 'bare SQL, bare Socket.IO',
  sql: 'bare SQL',
} as const;

export function number(value: number | null, digits = 0): string {
  if (value === null) return '–';
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** All results as text for a terminal. */
export function tables(results: Results): string {
  const { machine } = results;
  const parts = [
    `Commit ${commitOf(machine)}; arguments: ${machine.arguments || 'none'}; Node ${machine.node}; ${machine.processors}`,
  ];
  const add = (title: string, head: string[], rows: string[][]): void => {
    if (rows.length > 0) parts.push(`${title}\n\n${layOut([head, ...rows])}`);
  };
  const { options } = results;
  const sendHead = ['', 'msgs/s', 'ack p50', 'p95', 'p99', 'receive p50', 'p95', 'p99'];
  const costHead = ['server µs', 'database µs', 'load µs', 'bytes'];
  const clients = `${options.pairs * 2} clients in ${options.pairs} pairs`;
  add(
    `Throughput: ${clients} (ms; CPU and bytes per message)`,
    ['in flight', ...sendHead, ...costHead],
    sendRows({ ...results, rate: [] }).map((row) => [String(row.inFlight), ...sendCells(row)]),
  );
  add(
    `Fixed rate: ${options.rate} msgs/s over ${clients}, timed from when each send was due`,
    [...sendHead, ...costHead],
    sendRows({ ...results, pairs: [] }).map(sendCells),
  );
  add(
    'Idle connections (KiB each)',
    ['', 'connections', 'heap', 'resident'],
    results.idle.map((s) => [
      SUBJECT_NAMES[s.subject],
      number(s.connections),
      number(s.heapKiB, 1),
      number(s.rssKiB, 1),
    ]),
  );
  add(
    `Group of ${options.groupSize}, one sender`,
    ['load', '', 'copies/s', 'server µs/copy', 'ack p99', 'receive p99'],
    groupRows(results).map((row) => [
      row.load,
      SUBJECT_NAMES[row.subject],
      number(row.copiesPerSecond),
      number(row.serverUsPerCopy, 2),
      number(row.ackP99, 2),
      number(row.receiveP99, 2),
    ]),
  );
  addLargeGroupAndStorm(results, add);
  add(
    'Reads (ms)',
    ['', 'table rows', 'conn.', '', 'p50', 'p99', 'reads/s', 'rows', 'bytes'],
    readRows(results).map((row) => [
      row.what === 'history' ? 'history page' : 'chat list',
      short(row.tableRows),
      String(row.connections),
      VIA_NAMES[row.via],
      number(row.latency.p50, 2),
      number(row.latency.p99, 2),
      number(row.perSecond),
      number(row.rows),
      number(row.bytes),
    ]),
  );
  addDuties(results, add);
  add(
    'Against the targets',
    ['', 'measured', 'target', '', 'best of the lab'],
    findings(results).map(findingCells),
  );
  for (const note of results.notes) parts.push(`Note: ${note}`);
  for (const problem of results.problems) parts.push(`WRONG: ${problem}`);
  return `${parts.join('\n\n')}\n`;
}

export function findingCells(finding: Finding): string[] {
  const figure = (value: number | null): string =>
    value === null ? '' : `${number(value, 2)} ${finding.unit}`;
  const met = isMet(finding);
  return [
    finding.what,
    figure(finding.measured),
    finding.target === null ? '' : `${finding.bound} ${figure(finding.target)}`,
    met === null ? '' : met ? 'met' : 'missed',
    figure(finding.lab),
  ];
}

function sendCells(row: SendRow): string[] {
  const { ack, receive } = row;
  return [
    SUBJECT_NAMES[row.subject],
    number(row.perSecond),
    ...[ack.p50, ack.p95, ack.p99, receive.p50, receive.p95, receive.p99].map((ms) => number(ms, 2)),
    ...[row.serverUs, row.databaseUs, row.loadUs].map((us) => number(us, 1)),
    number(row.bytes),
  ];
}

/** Columns as wide as their widest cell; text to the left, figures to the right. */
function layOut(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const isFigure = (cell: string): boolean => /^[\d–]/.test(cell);
  return rows
    .map((row, index) => {
      const cells = row.map((cell, column) => {
        const width = widths[column] ?? 0;
        const sample = index === 0 ? (rows[1]?.[column] ?? '') : cell;
        return isFigure(sample) ? cell.padStart(width) : cell.padEnd(width);
      });
      return `  ${cells.join('  ')}`.trimEnd();
    })
    .join('\n');
}
