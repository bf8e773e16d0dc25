import { chart } from './chart.js';
import {
  type Assumptions,
  assumptions,
  breaksAt,
  type Demand,
  demandOf,
  type Limit,
  limitsOf,
  type UnitCosts,
} from './model.js';

/** `unit-costs.json`: each figure, what it measures, and its source. */
export type Sources = Record<keyof UnitCosts, { value: number; about: string; source: string }>;

/** The defaults of the simulation. */
export const PEOPLE = '1e6,1e7,1e8';

export const usual = Object.fromEntries(
  Object.entries(assumptions).map(([name, { value }]) => [name, value]),
) as Assumptions;

export function costsOf(sources: Sources): UnitCosts {
  return Object.fromEntries(
    Object.entries(sources).map(([name, { value }]) => [name, value]),
  ) as unknown as UnitCosts;
}

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

export interface Filled extends Limit {
  /** Users online at which it is reached. */
  at: number;
}

/** The limits in the order in which they are reached. */
export function limitsFilled(a: Assumptions, c: UnitCosts): Filled[] {
  return limitsOf(a)
    .map((limit) => ({ ...limit, at: breaksAt(limit, a, c) }))
    .sort((x, y) => x.at - y.at);
}

/** The needed resources, and the limits in the order in which they are reached. */
export function report(online: number[], a: Assumptions, c: UnitCosts): string {
  const demands = online.map((people) => demandOf(people, a, c));
  const needs = table([
    ['people online', ...demands.map(({ online: people }) => short(people))],
    ...ROWS.map(([name, show]) => [name, ...demands.map(show)]),
  ]);
  const limits = limitsFilled(a, c).map(({ name, at }) => [name, short(at)]);
  return `${needs}\n\n${table([['what gives way', 'people online'], ...limits])}`;
}

export function drawing(a: Assumptions, c: UnitCosts): string {
  const lines = limitsFilled(a, c).map((limit) => ({
    ...limit,
    use: (online: number) => limit.use(demandOf(online, a, c)),
  }));
  return chart(lines, short);
}

/** docs/reference/scaling.md with its two parts generated from the unit costs and the default assumptions. */
export function documented(markdown: string, sources: Sources): string {
  const costs = Object.entries(sources).map(
    ([name, { value, about, source }]) => `| ${about} | ${figure(name, value)} | ${source} |`,
  );
  const online = PEOPLE.split(',').map(Number);
  const parts = {
    'unit costs': ['| what | cost | from |', '| --- | --- | --- |', ...costs].join('\n'),
    simulation: `\`\`\`\n${report(online, usual, costsOf(sources))}\n\`\`\``,
  };
  let text = markdown;
  for (const [name, part] of Object.entries(parts)) {
    const [from, to] = [`<!-- ${name}: node tools/sim/refresh.mjs -->\n`, `\n<!-- end of ${name} -->`];
    const [before, rest = ''] = text.split(from);
    const after = rest.slice(rest.indexOf(to));
    if (!after.startsWith(to)) throw new Error(`no part "${name}" in the document`);
    text = `${before}${from}\n${part}\n${after}`;
  }
  return text;
}

/** `databaseMarkUs`, 54 → `54 µs`: names end with their unit. */
function figure(name: string, value: number): string {
  const unit = name.endsWith('Us') ? 'µs' : name.endsWith('KiB') ? 'KiB' : 'bytes';
  return `${value.toLocaleString('en-US')} ${unit}`;
}
