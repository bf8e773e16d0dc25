/**
 * The resources that a number of users online needs, and the limits in the order in which they are reached: a table,
 * and tools/sim/report.svg.
 *
 *   npm run simulate [-- --online 1e6,1e7 --messages 10 …]      npm run simulate -- --help
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Assumptions, assumptions } from './model.js';
import { costsOf, documented, drawing, limitsFilled, PEOPLE, report, type Sources, usual } from './report.js';

const root = join(import.meta.dirname, '..', '..', '..');
const folder = join(root, 'tools', 'sim');
const sources = JSON.parse(readFileSync(join(folder, 'unit-costs.json'), 'utf8')) as Sources;
const c = costsOf(sources);

const names = Object.keys(assumptions) as (keyof typeof assumptions)[];
const { values } = parseArgs({
  options: {
    help: { type: 'boolean' as const },
    docs: { type: 'boolean' as const },
    online: { type: 'string' as const, default: PEOPLE },
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  },
});
const given = values as Record<string, string | boolean | undefined>;

if (given.help) {
  const lines = names.map(
    (name) => `  --${name.padEnd(12)}${assumptions[name].about} (${assumptions[name].value})`,
  );
  console.log(
    `npm run simulate [-- flags]\n\n  --online      people online, comma-separated\n${lines.join('\n')}\n` +
      '  --docs        write docs/reference/scaling.md and docs/reference/scaling.svg instead, by the assumptions above',
  );
  process.exit(0);
}

if (given.docs) {
  const file = join(root, 'docs/reference', 'scaling.md');
  writeFileSync(file, documented(readFileSync(file, 'utf8'), sources));
  writeFileSync(join(root, 'docs/reference', 'scaling.svg'), drawing(usual, c));
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
const online = String(given.online)
  .split(',')
  .map((text) => numberOf('online', text));

console.log(report(online, a, c));
console.log(
  `\nFirst: ${limitsFilled(a, c)
    .map(({ name, then }) => `${name} -> ${then}`)
    .join('\nthen:  ')}`,
);
const file = join(folder, 'report.svg');
writeFileSync(file, drawing(a, c));
console.log(`\n${file}`);
