/**
 * `npm run test:web [-- --failed <file>] [names…]`: the page in a real Chromium, before a real server. Pictures of every
 * screen come to web/test/pictures. `--failed`: into that file it writes the names of the tests that failed, a line each.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { folderOfTests } from '../../test/support/memory-folder.mjs';

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
const env = {
  TMPDIR: folderOfTests(),
  ...process.env,
  NODE_OPTIONS: [process.env.NODE_OPTIONS, onlyLoopback].filter(Boolean).join(' '),
};

/** Runs a file, prints what it has printed once it has ended, and returns whether it passed. */
async function passes(test) {
  const child = spawn(process.execPath, ['--test', '--test-reporter=spec', test], { cwd: root, env });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => printed.push(chunk));
  const [status] = await once(child, 'close');
  for (const chunk of printed) process.stdout.write(chunk);
  return status === 0;
}

// Two at a time: half of the time a page waits.
const failed = [];
const left = [...tests];
const some = async () => {
  for (let test = left.shift(); test; test = left.shift()) if (!(await passes(test))) failed.push(test);
};
await Promise.all([some(), some()]);
if (values.failed) writeFileSync(values.failed, failed.map((test) => basename(test)).join('\n'));
if (failed.length > 0) {
  console.error(`Failed: ${failed.map((test) => basename(test)).join(', ')}`);
  process.exit(1);
}
run(process.execPath, [join(root, 'web', 'scripts', 'sizes.mjs')]);
