/**
 * Builds `web/dist`, the page at `/`, unless it is newer than all of its sources. Vite builds it, which only development
 * installs; without it the server runs as well, and shows the page that is there, or none.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'web', 'dist', '.built');
const sources = [
  'web/src',
  'web/public',
  'web/index.html',
  'web/console.html',
  'web/admin.html',
  'web/package.json',
  'web/vite.config.ts',
  'web/scripts/build.mjs',
  'packages/client/src',
].map((name) => join(root, name));

function newest(path) {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function hasVite() {
  try {
    createRequire(join(root, 'web', 'package.json')).resolve('vite/package.json');
    return true;
  } catch {
    return false;
  }
}

if (sources.every((path) => existsSync(path)) && hasVite()) {
  const changed = Math.max(...sources.map(newest));
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built < changed) {
    rmSync(stamp, { force: true });
    const build = join(root, 'web', 'scripts', 'build.mjs');
    const { status } = spawnSync(process.execPath, [build], { cwd: root, stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
    writeFileSync(stamp, '');
    const age = new Date(Math.ceil(changed));
    utimesSync(stamp, age, age);
  }
}
