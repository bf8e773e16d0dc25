/** What a first visit of a page loads, in bytes as gzip sends them. Fails where it is more than sizes.json allows. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const folder = join(import.meta.dirname, '..');
const dist = join(folder, 'dist');
if (!existsSync(join(dist, 'index.html'))) {
  console.error('There is no web/dist: run `npm run build -w web` first.');
  process.exit(1);
}

const PAGES = { 'first load': 'index.html', admin: 'admin.html' };
const sizes = {};
for (const [what, page] of Object.entries(PAGES)) {
  sizes[what] = 0;
  const text = readFileSync(join(dist, page), 'utf8');
  for (const [, name] of text.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)) {
    const { length } = gzipSync(readFileSync(join(dist, name)), { level: 9 });
    console.log(`  ${name}: ${length} bytes`);
    sizes[what] += length;
  }
}

const most = JSON.parse(readFileSync(join(folder, 'sizes.json'), 'utf8'));
for (const [name, size] of Object.entries(sizes)) {
  const fits = size <= most[name];
  if (!fits) process.exitCode = 1;
  console.log(`${name}: ${size} of ${most[name]} bytes${fits ? '' : ': TOO LARGE'}`);
}
