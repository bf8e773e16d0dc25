/** What a first visit loads, in bytes as gzip sends them. Fails where it is more than sizes.json allows. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const folder = join(import.meta.dirname, '..');
const dist = join(folder, 'dist');
if (!existsSync(join(dist, 'index.html'))) {
  console.error('There is no web/dist: run `npm run build -w web` first.');
  process.exit(1);
}

const page = readFileSync(join(dist, 'index.html'), 'utf8');
const files = [...page.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map(([, name]) => name);
const sizes = { 'first load': 0 };
for (const name of files) {
  const { length } = gzipSync(readFileSync(join(dist, name)), { level: 9 });
  console.log(`  ${name}: ${length} bytes`);
  sizes['first load'] += length;
}

const most = JSON.parse(readFileSync(join(folder, 'sizes.json'), 'utf8'));
for (const [name, size] of Object.entries(sizes)) {
  const fits = size <= most[name];
  if (!fits) process.exitCode = 1;
  console.log(`${name}: ${size} of ${most[name]} bytes${fits ? '' : ': TOO LARGE'}`);
}
