import type { Results } from '../results.js';
import { groupCommandRows, largeGroupRows, stormRows } from './medians.js';
import { number, SUBJECT_NAMES } from './table.js';

type Add = (title: string, head: string[], rows: string[][]) => void;

/** The large group and the storm. */
export function addLargeGroupAndStorm(results: Results, add: Add): void {
  const { options } = results;
  const percentiles = (name: string): string[] => [`${name} p50`, 'p95', 'p99'];
  add(
    `Group of ${options.largeGroup}, all connected (ms; CPU per message and per delivered copy)`,
    [
      ...['senders', 'load', '', 'msgs/s', ...percentiles('ack'), ...percentiles('receive')],
      ...[...percentiles('last copy'), 'server µs', 'database µs', 'server µs/copy'],
    ],
    largeGroupRows(results).map(({ ack, receive, last, ...row }) => [
      String(row.senders),
      row.load,
      SUBJECT_NAMES[row.subject],
      number(row.perSecond),
      ...[ack, receive, last].flatMap(({ p50, p95, p99 }) => [p50, p95, p99].map((ms) => number(ms, 1))),
      ...[row.serverUs, row.databaseUs].map((us) => number(us)),
      number(row.serverUsPerCopy, 2),
    ]),
  );
  add(
    'Other commands in groups (per command)',
    ['', 'members', 'server µs', 'database µs', 'pushes', 'answer p50 ms'],
    groupCommandRows(results).map((row) => [
      row.what,
      number(row.size),
      number(row.serverUs),
      number(row.databaseUs),
      number(row.pushes, 1),
      number(row.p50, 1),
    ]),
  );
  add(
    'Rows written per message',
    ['members', 'senders', 'messages', 'chats', 'chat_members'],
    results.groupRows.map((row) => [
      number(row.size),
      number(row.senders),
      ...[row.messages, row.chats, row.members].map((rows) => number(rows, 2)),
    ]),
  );
  add(
    `Storm: ${options.stormPeople} users disconnect at once and reconnect while ${options.pairs * 2} chat at ${options.stormRate} msgs/s (ms)`,
    ['', '', ...percentiles('ack'), ...percentiles('receive'), 'all back', 'settled', 'pushes'],
    stormRows(results).map(({ ack, receive, ...row }) => [
      SUBJECT_NAMES[row.subject],
      row.phase,
      ...[ack, receive].flatMap(({ p50, p95, p99 }) => [p50, p95, p99].map((ms) => number(ms, 1))),
      ...[row.backMs, row.settledMs, row.pushes].map((value) => number(value)),
    ]),
  );
  add(
    'Cost of a reconnect, with nobody chatting',
    ['', 'users', 'server µs each', 'database µs each', 'statements', 'pushes', 'all back ms'],
    results.stormCosts.map((cost) => [
      cost.what,
      ...[cost.people, cost.serverUs, cost.databaseUs, cost.statements, cost.pushes, cost.backMs].map(
        (value) => number(value),
      ),
    ]),
  );
}
