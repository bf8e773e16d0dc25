/**
 * What the built client costs on this machine: `npm run build`, then `npm run bench`. Each figure is measured in a
 * process of its own, three times, and the middle one is shown. It judges nothing.
 *
 * `npm run bench -- --peers` does the same work with another client beside it, in turns. It installs that client into a
 * folder of its own first, with npm, and removes it afterwards.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHATS, EVENTS, LONG, ROOMS } from './workload.mjs';

const ROUNDS = 3;
// The last that runs on Node.js 20. Clients of hosted services are not measured: their licences keep others from it.
const PEER = 'matrix-js-sdk@36.2.0';

const rows = [
  ['events', 'usAnEvent', `one of ${EVENTS} events to ${ROOMS} open chats`, 'µs'],
  ['long', 'openMs', `opening a chat of ${LONG} messages`, 'ms'],
  ['long', 'scrollMs', 'scrolling to its beginning, 50 at a time', 'ms'],
  ['long', 'heapMb', 'heap that this leaves', 'MB'],
  ['cold', 'liveMs', `cold start with ${CHATS} chats: live`, 'ms'],
  ['cold', 'listedMs', 'and all of them listed', 'ms'],
];
const tasks = [...new Set(rows.map(([task]) => task))];
const run = promisify(execFile);

const peers = process.argv.includes('--peers') ? mkdtempSync(join(tmpdir(), 'chat-bench-')) : undefined;
process.on('exit', () => peers && rmSync(peers, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
if (peers) {
  writeFileSync(join(peers, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', PEER], { cwd: peers, stdio: 'ignore' });
}

const clients = { 'this client': 'ours.mjs', ...(peers && { [PEER]: 'matrix.mjs' }) };
const seen = Object.fromEntries(Object.keys(clients).map((name) => [name, {}]));
for (let round = 1; round <= ROUNDS; round++) {
  for (const task of tasks) {
    for (const [name, file] of Object.entries(clients)) {
      process.stderr.write(`\r\x1b[Kround ${round} of ${ROUNDS}: ${task}, ${name}`);
      const { stdout } = await run(process.execPath, ['--expose-gc', join(import.meta.dirname, file), task], {
        env: { ...process.env, PEERS: peers },
      });
      for (const [figure, value] of Object.entries(JSON.parse(stdout))) {
        (seen[name][`${task}.${figure}`] ??= []).push(value);
      }
    }
  }
}
process.stderr.write('\r\x1b[K');

const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const shown = (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const names = Object.keys(clients);
const table = [['', ...names, ...(peers ? ['ratio'] : [])]];
for (const [task, figure, what, unit] of rows) {
  const values = names.map((name) => middle(seen[name][`${task}.${figure}`]));
  table.push([
    what,
    ...values.map((value) => `${shown(value)} ${unit}`),
    ...(peers ? [shown(values[1] / values[0])] : []),
  ]);
}
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
for (const row of table) {
  console.log(
    row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[0]))).join('  '),
  );
}
