/**
 * `npm run test:web`: the page in a real Chromium, before a real server. Pictures of every screen come to
 * web/test/pictures.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const run = (command, args, env = process.env) => {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (status !== 0) process.exit(status ?? 1);
};
const newest = (path) => {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
};

for (const name of ['client', 'testing']) {
  const folder = join(root, 'packages', name);
  if (newest(join(folder, 'src')) > newest(join(folder, 'dist')))
    run('npm', ['run', '--silent', 'build', '-w', folder]);
}

const sources = ['web/src', 'packages/client/src'].map((path) => join(root, path));
if (sources.some((path) => newest(path) > newest(join(root, 'web', 'dist', '.built'))))
  run(process.execPath, [join(root, 'scripts', 'build.mjs')]);

const { findChromium, onlyLoopback } = await import('./browser.mjs');
if (findChromium() === null) {
  console.error('There is no Chromium: install it, or name it by CHROMIUM. The page was not tested.');
  process.exit(1);
}
const only = process.argv.slice(2);
const tests = readdirSync(import.meta.dirname)
  .filter(
    (name) => name.endsWith('.test.mjs') && (only.length === 0 || only.some((one) => name.includes(one))),
  )
  .map((name) => join(import.meta.dirname, name));
// One file at a time: a page with its server and its tests takes both cores.
run(process.execPath, ['--test', '--test-concurrency=1', '--test-reporter=spec', ...tests], {
  ...process.env,
  NODE_OPTIONS: [process.env.NODE_OPTIONS, onlyLoopback].filter(Boolean).join(' '),
});
run(process.execPath, [join(root, 'web', 'scripts', 'sizes.mjs')]);
