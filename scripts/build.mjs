/**
 * Builds `dist` unless it is newer than all of its sources, so that a warm `npm start` need not wait for the compiler; and
 * the documents in `dist/docs-site` and the page in `web/dist` in the same way. `--always`: compiles in any case.
 * Types are checked by `npm run typecheck`, not here.
 */
import './check-node.cjs';
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist', '.built');

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const sources = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
const changed = Math.max(...sources.map((name) => newest(join(root, name))));
const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (built < changed || process.argv.includes('--always')) {
  rmSync(stamp, { force: true });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  await import('./copy-assets.mjs');
  writeFileSync(stamp, '');
  // Dated like the newest source: a change during the build then leads to a new build next time.
  const age = new Date(Math.ceil(changed));
  utimesSync(stamp, age, age);
}

await import('./docs-site.mjs');
await import('./build-web.mjs');
