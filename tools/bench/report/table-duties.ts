import type { Results } from '../results.js';
import { number } from './table.js';

type Add = (title: string, head: string[], rows: string[][]) => void;

/** Purges, exports, and applications beside each other. */
export function addDuties(results: Results, add: Add): void {
  add(
    `Purge of a chat beside chat at ${results.options.stormRate} msgs/s (ms; CPU in cores)`,
    ['round', '', 'ack p50', 'p99', 'max', 'receive p50', 'p99', 'server', 'database', 'purged/s'],
    results.purge.map(({ round, phase, ack, receive, ...row }) => [
      String(round + 1),
      phase,
      ...[ack.p50, ack.p99, ack.max, receive.p50, receive.p99].map((value) => number(value, 2)),
      ...[row.serverCores, row.databaseCores].map((value) => number(value, 2)),
      row.purged > 0 ? number((row.purged * 1000) / row.ms) : '–',
    ]),
  );
  add(
    'Exports of a chat (MiB resident; CPU per message)',
    ['', 'messages', 'lines', 'MB', 's', 'before', 'at most', 'over', 'server µs', 'database µs'],
    results.exports.map(({ what, beforeKiB, peakKiB, ...row }) => [
      what,
      ...[row.messages, row.lines, row.bytes / 1e6].map((value) => number(value)),
      number(row.ms / 1000, 1),
      ...[beforeKiB, peakKiB, peakKiB - beforeKiB].map((kib) => number(kib / 1024)),
      ...[row.serverUs, row.databaseUs].map((value) => number(value, 1)),
    ]),
  );
  if (results.applications.length === 0) return;
  add(
    'Applications on one PostgreSQL and one Redis',
    ['', ...results.applications.map(({ count }) => String(count))],
    APPLICATIONS.map(([name, key, digits]) => [
      name,
      ...results.applications.map((sample) => number(sample[key], digits)),
    ]),
  );
}

const APPLICATIONS = [
  ['memory of the nodes, MiB', 'nodesMiB', 0],
  ['CPU of the nodes, idle, % of a core', 'nodesPercent', 1],
  ['connections to PostgreSQL, idle', 'connections', 0],
  ['CPU of PostgreSQL, idle, % of a core', 'databasePercent', 1],
  ['transactions a second, idle', 'transactions', 1],
  ['the databases, MiB', 'databasesMiB', 0],
  ['commands of Redis a second, idle', 'redisCommands', 1],
  ['memory of Redis, MiB', 'redisMiB', 1],
  ['messages a second, together', 'perSecond', 0],
  ['messages a second, the slowest', 'slowest', 0],
  ['highest p99 of send to ack, ms', 'ackP99', 1],
] as const;
