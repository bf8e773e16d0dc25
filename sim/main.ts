/**
 * What so many people online need, and what gives way first: a table, and sim/report.svg.
 *
 *   npm run simulate [-- --online 1e6,1e7 --messages 10 …]      npm run simulate -- --help
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chart } from './chart.js';
import {
  type Assumptions,
  assumptions,
  breaksAt,
  type Demand,
  demandOf,
  limitsOf,
  type UnitCosts,
} from './model.js';

const folder = join(import.meta.dirname, '..', '..', 'sim');

function short(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toPrecision(3)} bn`;
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (value >= 1e4) return `${(value / 1e3).toPrecision(3)} k`;
  return value >= 10 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(2);
}

function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]! + 2))).join(''),
    )
    .join('\n');
}

const ROWS: [string, (demand: Demand) => string][] = [
  ['sockets', (d) => short(d.sockets)],
  ['messages/s at the peak', (d) => short(d.sends)],
  ['copies delivered/s', (d) => short(d.copies)],
  ['watermarks/s', (d) => short(d.marks)],
  ['nodes (one core each)', (d) => `${short(d.nodes)} by ${d.nodesBecauseOf}`],
  ['  their busy cores', (d) => short(d.nodeCores)],
  ['  memory of their sockets, GiB', (d) => short(d.socketGiB)],
  ['Redis: publishes/s', (d) => short(d.publishes)],
  ['  MB/s in', (d) => short(d.redisMB)],
  ['  busy cores', (d) => short(d.redisCores)],
  ['database: batches/s', (d) => short(d.batches)],
  ['  messages of a batch', (d) => short(d.messagesOfABatch)],
  ['  busy cores', (d) => short(d.databaseCores)],
  ['  WAL, MB/s', (d) => short(d.walMB)],
  ['  machines', (d) => short(d.databases)],
  ['storage: TB a year, one copy', (d) => short(d.storedTBaYear)],
  ['  TB kept, all copies', (d) => short(d.keptTB)],
];

const names = Object.keys(assumptions) as (keyof typeof assumptions)[];
const { values } = parseArgs({
  options: {
    help: { type: 'boolean' as const },
    online: { type: 'string' as const, default: '1e6,1e7,1e8' },
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  },
});
const given = values as Record<string, string | boolean | undefined>;

if (given.help) {
  const lines = names.map(
    (name) => `  --${name.padEnd(12)}${assumptions[name].about} (${assumptions[name].value})`,
  );
  console.log(
    `npm run simulate [-- flags]\n\n  --online      people online, comma-separated\n${lines.join('\n')}`,
  );
  process.exit(0);
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  console.error(`--${name}: expected a number above 0`);
  process.exit(1);
}

const a = Object.fromEntries(
  names.map((name) => {
    const text = given[name];
    return [name, typeof text === 'string' ? numberOf(name, text) : assumptions[name].value];
  }),
) as Assumptions;
const sources = JSON.parse(readFileSync(join(folder, 'unit-costs.json'), 'utf8')) as Record<
  keyof UnitCosts,
  { value: number }
>;
const c = Object.fromEntries(
  Object.entries(sources).map(([name, { value }]) => [name, value]),
) as unknown as UnitCosts;

const demands = String(given.online)
  .split(',')
  .map((text) => demandOf(numberOf('online', text), a, c));
console.log(
  table([
    ['people online', ...demands.map(({ online }) => short(online))],
    ...ROWS.map(([name, show]) => [name, ...demands.map(show)]),
  ]),
);

const limits = limitsOf(a)
  .map((limit) => ({ ...limit, at: breaksAt(limit, a, c) }))
  .sort((x, y) => x.at - y.at);
console.log(
  `\n${table([['what gives way', 'people online'], ...limits.map(({ name, at }) => [name, short(at)])])}`,
);
console.log(`\nFirst: ${limits.map(({ name, then }) => `${name} -> ${then}`).join('\nthen:  ')}`);

const file = join(folder, 'report.svg');
writeFileSync(
  file,
  chart(
    limits.map((limit) => ({ ...limit, use: (online: number) => limit.use(demandOf(online, a, c)) })),
    short,
  ),
);
console.log(`\n${file}`);
