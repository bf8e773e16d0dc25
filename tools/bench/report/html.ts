import type { SubjectName } from '../options.js';
import { commitOf } from '../machine.js';
import type { Results } from '../results.js';
import { barChart, escapeHtml, legend, type BarGroup } from './charts.js';
import {
  groupCommandRows,
  groupRows,
  largeGroupRows,
  type Latency,
  readRows,
  type SendRow,
  sendRows,
  stormRows,
} from './medians.js';
import { STYLE } from './style.js';
import { distinct, findings, isMet, short } from './summary.js';
import { findingCells, SUBJECT_NAMES, VIA_NAMES } from './table.js';

const COLOURS: Record<SubjectName, string> = {
  ours: '#2457d6',
  relay: '#8a94a6',
  database: '#d08a1d',
  tutorial: '#b9c0cc',
};
const VIA_COLOURS = { ours: COLOURS.ours, carried: '#8a94a6', sql: COLOURS.database };
const COST = { server: '#2457d6', database: '#d08a1d' };
const PERCENTILES = { p50: '#9db7f5', p95: '#5c86ea', p99: '#1e3f9c' };

/** The whole report in one file that loads nothing else: text, tables and charts. */
export function htmlReport(results: Results): string {
  const sections = [
    section('Against the targets', targets(results)),
    section('Throughput', throughput(results), 'Messages a second; median of the rounds.'),
    section(
      'Cost of a message',
      costs(results),
      'CPU time per message in microseconds, of the server process and of all processes of PostgreSQL.',
    ),
    section(
      'Latency',
      latencies(results),
      'In milliseconds, 50th, 95th and 99th percentile; each group has its own scale.',
    ),
    section('Idle connections', idle(results), 'KiB per connection, after a full collection.'),
    section(
      `Group of ${results.options.groupSize}`,
      group(results),
      'Server CPU time per delivered copy, in microseconds.',
    ),
    section(
      `Group of ${results.options.largeGroup}`,
      largeGroup(results),
      'Server CPU time per delivered copy, in microseconds; then CPU time of other commands, each by itself.',
    ),
    section(
      'Storm',
      storm(results),
      `Send to ack of users who chat while ${results.options.stormPeople} others are disconnected and reconnect, in milliseconds.`,
    ),
    section('Reads', reads(results), 'Median time of a read in milliseconds; each group has its own scale.'),
    section('Notes', list([...results.problems.map((problem) => `Wrong: ${problem}`), ...results.notes])),
    section('Machine and options', circumstances(results)),
  ];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Benchmark</title>
<style>${STYLE}</style></head>
<body><main>
<h1>Benchmark</h1>
<p>${escapeHtml(new Date(results.startedAt).toUTCString())}, commit ${escapeHtml(commitOf(results.machine))}. Load, servers and database shared one machine:
compare within this report only.</p>
${sections.join('\n')}
</main></body></html>
`;
}

/** Empty if the body is empty. */
function section(title: string, body: string, about = ''): string {
  if (body === '') return '';
  const lead = about === '' ? '' : `<p class="about">${escapeHtml(about)}</p>`;
  return `<section><h2>${escapeHtml(title)}</h2>${lead}${body}</section>`;
}

function targets(results: Results): string {
  const rows = findings(results).map((finding) => {
    const cells = findingCells(finding).map((cell, column) => {
      const kind = column === 3 && cell !== '' ? (isMet(finding) ? ' class="met"' : ' class="missed"') : '';
      return `<td${kind}>${escapeHtml(cell)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  if (rows.length === 0) return '';
  const head = '<tr><th></th><th>measured</th><th>target</th><th></th><th>best of the lab</th></tr>';
  return `<table>${head}${rows.join('')}</table>`;
}

function throughput(results: Results): string {
  const rows = sendRows({ ...results, rate: [] });
  if (rows.length === 0) return '';
  const chart = bySetting(rows, (row) => [
    { value: row.perSecond ?? 0, colour: COLOURS[row.subject], name: 'messages a second' },
  ]);
  return barChart(chart, { unit: '/s' });
}

function costs(results: Results): string {
  const rows = sendRows(results).filter((row) => row.serverUs !== null || row.databaseUs !== null);
  if (rows.length === 0) return '';
  const chart = bySetting(rows, (row) => [
    { value: row.serverUs ?? 0, colour: COST.server, name: 'server' },
    { value: row.databaseUs ?? 0, colour: COST.database, name: 'database' },
  ]);
  return (
    legend([
      { name: 'server', colour: COST.server },
      { name: 'database', colour: COST.database },
    ]) + barChart(chart, { unit: 'µs', digits: 1, ownScale: true })
  );
}

function latencies(results: Results): string {
  const rows = sendRows(results);
  if (rows.length === 0) return '';
  const groups = settings(rows).flatMap(({ title, of }) => [
    { title: `Send to ack, ${title}`, bars: of.flatMap((row) => percentileBars(row, row.ack)) },
    { title: `Send to receive, ${title}`, bars: of.flatMap((row) => percentileBars(row, row.receive)) },
  ]);
  const chart = barChart(
    groups.filter(({ bars }) => bars.length > 0),
    { unit: 'ms', digits: 2, ownScale: true },
  );
  return legend(Object.entries(PERCENTILES).map(([name, colour]) => ({ name, colour }))) + chart;
}

function percentileBars(row: SendRow, latency: Latency): BarGroup['bars'] {
  return (['p50', 'p95', 'p99'] as const).flatMap((name) => {
    const value = latency[name];
    if (value === null) return [];
    const label = name === 'p50' ? SUBJECT_NAMES[row.subject] : '';
    return [{ label, parts: [{ value, colour: PERCENTILES[name], name }] }];
  });
}

function idle(results: Results): string {
  if (results.idle.length === 0) return '';
  const bars = (value: 'heapKiB' | 'rssKiB'): BarGroup['bars'] =>
    results.idle.map((sample) => ({
      label: SUBJECT_NAMES[sample.subject],
      parts: [{ value: sample[value], colour: COLOURS[sample.subject], name: 'per connection' }],
    }));
  const groups = [
    { title: 'Heap', bars: bars('heapKiB') },
    { title: 'Resident memory', bars: bars('rssKiB') },
  ];
  return barChart(groups, { unit: 'KiB', digits: 1 });
}

function group(results: Results): string {
  const rows = groupRows(results).filter((row) => row.serverUsPerCopy !== null);
  if (rows.length === 0) return '';
  const groups = distinct(rows.map(({ load }) => load)).map((load) => ({
    title: load,
    bars: rows
      .filter((row) => row.load === load)
      .map((row) => ({
        label: SUBJECT_NAMES[row.subject],
        parts: [{ value: row.serverUsPerCopy ?? 0, colour: COLOURS[row.subject], name: 'a copy' }],
      })),
  }));
  return barChart(groups, { unit: 'µs', digits: 2 });
}

function largeGroup(results: Results): string {
  const rows = largeGroupRows(results).filter((row) => row.serverUsPerCopy !== null);
  if (rows.length === 0) return '';
  const titleOf = ({ senders, load }: { senders: number; load: string }): string =>
    `${senders} sending, ${load}`;
  const copies = distinct(rows.map(titleOf)).map((title) => ({
    title,
    bars: rows
      .filter((row) => titleOf(row) === title)
      .map((row) => ({
        label: SUBJECT_NAMES[row.subject],
        parts: [{ value: row.serverUsPerCopy ?? 0, colour: COLOURS[row.subject], name: 'a copy' }],
      })),
  }));
  const commands = groupCommandRows(results).map((row) => ({
    title: `${row.what}, group of ${row.size}`,
    bars: [
      {
        label: SUBJECT_NAMES.ours,
        parts: [
          { value: row.serverUs ?? 0, colour: COST.server, name: 'server' },
          { value: row.databaseUs ?? 0, colour: COST.database, name: 'database' },
        ],
      },
    ],
  }));
  return barChart(copies, { unit: 'µs', digits: 2 }) + barChart(commands, { unit: 'µs', digits: 0 });
}

function storm(results: Results): string {
  const rows = stormRows(results);
  if (rows.length === 0) return '';
  const groups = distinct(rows.map(({ subject }) => subject)).map((subject) => ({
    title: SUBJECT_NAMES[subject],
    bars: rows
      .filter((row) => row.subject === subject)
      .map(({ phase, ack }) => ({
        label: phase === 'back after the grace period' ? 'back after the grace' : phase,
        parts: [{ value: ack.p99 ?? 0, colour: PERCENTILES.p99, name: 'p99' }],
      })),
  }));
  return barChart(groups, { unit: 'ms', digits: 1 });
}

function reads(results: Results): string {
  const rows = readRows(results);
  if (rows.length === 0) return '';
  const titleOf = (row: (typeof rows)[number]): string =>
    `${row.what === 'history' ? 'History page of 50' : 'Chat list of 500'}, ` +
    `${short(row.tableRows)} rows, ${row.connections} at a time`;
  const groups = distinct(rows.map(titleOf)).map((title) => ({
    title,
    bars: rows
      .filter((row) => titleOf(row) === title)
      .map((row) => ({
        label: VIA_NAMES[row.via],
        parts: [{ value: row.latency.p50 ?? 0, colour: VIA_COLOURS[row.via], name: 'p50' }],
      })),
  }));
  return barChart(groups, { unit: 'ms', digits: 2, ownScale: true });
}

function circumstances({ machine, database, options }: Results): string {
  const { processors, memory, system, node } = machine;
  const facts = { processors, memory, system, node, ...database };
  return list([
    `commit: ${commitOf(machine)}`,
    `arguments: ${machine.arguments || 'none'}`,
    ...Object.entries(facts).map(([name, value]) => `${name}: ${value}`),
    `${options.rounds} rounds of ${options.windowMs / 1000} s after ${options.warmupMs / 1000} s of warm-up, ` +
      'subjects taking turns; ratios are medians of the ratios of the rounds',
  ]);
}

function list(items: string[]): string {
  if (items.length === 0) return '';
  return `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
}

interface Setting {
  title: string;
  of: SendRow[];
}

function settings(rows: SendRow[]): Setting[] {
  const titleOf = (row: SendRow): string =>
    row.rate === null ? `${row.inFlight} in flight` : `${row.rate} msgs/s`;
  return distinct(rows.map(titleOf)).map((title) => ({
    title,
    of: rows.filter((row) => titleOf(row) === title),
  }));
}

function bySetting(
  rows: SendRow[],
  partsOf: (row: SendRow) => BarGroup['bars'][number]['parts'],
): BarGroup[] {
  return settings(rows).map(({ title, of }) => ({
    title,
    bars: of.map((row) => ({ label: SUBJECT_NAMES[row.subject], parts: partsOf(row) })),
  }));
}
