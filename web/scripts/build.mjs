/** Builds `dist`, and beside each text the same compressed, as the server sends it to those who take it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const folder = join(import.meta.dirname, '..');
const TEXT = /\.(css|html|js|json|svg|webmanifest)$/;

/** What fits into one packet gains nothing. */
const WORTH_BYTES = 1_000;

const dist = join(folder, 'dist');
const configFile = join(folder, 'vite.config.ts');
await build({ root: folder, configFile, logLevel: 'warn' });
writeServiceWorker();
// Apart, and beside it: what the pages would share makes the first load of the chat larger.
for (const page of ['console.html', 'admin.html'])
  await build({
    root: folder,
    configFile,
    logLevel: 'warn',
    publicDir: false,
    build: { emptyOutDir: false, rolldownOptions: { input: join(folder, page) } },
  });

for (const name of readdirSync(dist, { recursive: true })) {
  if (!TEXT.test(name)) continue;
  const file = join(dist, name);
  const content = readFileSync(file);
  if (content.length < WORTH_BYTES) continue;
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
  );
}

/** What keeps the page for a time without network, with the names of what the page has: the console's come after it. */
function writeServiceWorker() {
  const names = readdirSync(dist, { recursive: true })
    .map(String)
    .filter((name) => /\.\w+$/.test(name))
    .sort();
  const hash = createHash('sha256');
  for (const name of names) hash.update(name).update(readFileSync(join(dist, name)));
  const files = names.filter((name) => name !== 'index.html').map((name) => `/${name}`);
  const source = readFileSync(join(folder, 'src', 'sw.js'), 'utf8');
  const made = source
    .replace('const FILES = [];', `const FILES = ${JSON.stringify(files)};`)
    .replace("const VERSION = '';", `const VERSION = '${hash.digest('hex').slice(0, 12)}';`);
  writeFileSync(join(dist, 'sw.js'), made);
}
