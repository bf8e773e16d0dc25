/**
 * `npm run test:web [-- --failed <file>] [names…]`: the page in a real Chromium, before a real server. Pictures of every
 * screen come to web/test/pictures. `--failed`: into that file it writes the names of the tests that failed, a line each.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';

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
const { values, positionals: only } = parseArgs({
  options: { failed: { type: 'string' } },
  allowPositionals: true,
});
const tests = readdirSync(import.meta.dirname)
  .filter(
    (name) => name.endsWith('.test.mjs') && (only.length === 0 || only.some((one) => name.includes(one))),
  )
  .map((name) => join(import.meta.dirname, name));
// One file at a time: a page with its server and its tests takes both cores.
const env = {
  ...process.env,
  NODE_OPTIONS: [process.env.NODE_OPTIONS, onlyLoopback].filter(Boolean).join(' '),
};
const failed = tests.filter((test) => {
  const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', test], {
    cwd: root,
    stdio: 'inherit',
    env,
  });
  return status !== 0;
});
if (values.failed) writeFileSync(values.failed, failed.map((test) => basename(test)).join('\n'));
if (failed.length > 0) {
  console.error(`Failed: ${failed.map((test) => basename(test)).join(', ')}`);
  process.exit(1);
}
run(process.execPath, [join(root, 'web', 'scripts', 'sizes.mjs')]);
