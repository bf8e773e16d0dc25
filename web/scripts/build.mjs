/** Builds `dist`, and beside each text the same compressed, as the server sends it to those who take it. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const folder = join(import.meta.dirname, '..');
const TEXT = /\.(css|html|js|json|svg|webmanifest)$/;

/** What fits into one packet gains nothing. */
const WORTH_BYTES = 1_000;

await build({ root: folder, configFile: join(folder, 'vite.config.ts'), logLevel: 'warn' });

const dist = join(folder, 'dist');
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
