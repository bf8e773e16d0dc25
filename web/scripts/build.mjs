/** Builds `dist`, and beside each text the same compressed, as the server sends it to those who take it. */
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
