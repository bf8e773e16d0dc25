/**
 * Tries the built kit as its users get it: packed with the client, installed into an empty project, and its examples run
 * there, one by Node alone and that of the README by Vitest. Jest and node:test are in `installed.e2e-spec.ts`.
 *
 *   npm run build && npm run build -w packages/client -w packages/testing && npm run try -w packages/testing
 *
 * npm downloads what its cache does not have, which is Vitest; the server is that of this checkout.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { step } from '../../../scripts/step.mjs';

const folder = join(import.meta.dirname, '..');
const root = join(folder, '../..');
const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const project = realpathSync(mkdtempSync(join(tmpdir(), 'chat-kit-')));

/** The newest that runs on the oldest Node that the kit supports. */
const VITEST = '4.1.0';

/** How long a program may take, in milliseconds: the first start of a server includes an initdb. */
const WITHIN_MS = 120_000;

function run(program, args, cwd = project) {
  const { CHAT_TEST_DATABASE_URL: _, ...env } = process.env;
  try {
    return execFileSync(program, args, {
      cwd,
      encoding: 'utf8',
      env: { ...env, CHAT_SERVER_PATH: root },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: WITHIN_MS,
    });
  } catch (error) {
    throw new Error(`${program} ${args.join(' ')}\n${error.stdout}${error.stderr}`, { cause: error });
  }
}

const write = (name, text) => writeFileSync(join(project, name), text);

function pack(from, needed) {
  const [{ filename, files }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', project], from),
  );
  const missing = needed.filter((name) => !files.some(({ path }) => path === name));
  if (missing.length > 0) throw new Error(`${filename} has no ${missing.join(', ')}: build it first`);
  const strange = files.filter(({ path }) => /(^|\/)(src|test|node_modules)\/|\.spec\./.test(path));
  if (strange.length > 0)
    throw new Error(`Packed, and not needed: ${strange.map(({ path }) => path).join(', ')}`);
  console.log(`${filename}: ${files.length} files`);
  return join(project, filename);
}

/** The block under a heading of the README, and the file that its first line names. */
function example(heading) {
  const text = readFileSync(join(folder, 'README.md'), 'utf8');
  const [, file, code] = new RegExp(`\n## ${heading}\n\n\`\`\`js\n// (\\S+)\n([^]*?)\`\`\``).exec(text) ?? [];
  if (!file) throw new Error(`The README has no example under ${heading}.`);
  return { file, code };
}

/** Three lines, and what they say. */
function three() {
  const script = `
    import { startChatServer } from '@chat-api/testing';
    const server = await startChatServer();
    const { alice, bob, chat } = await server.people('alice', 'bob');
    console.log(alice.url === bob.url, chat.type);
    await server.stop();`;
  const said = run(process.execPath, ['--input-type=module', '-e', script]);
  if (said !== 'true direct\n') throw new Error(`It says ${said}`);
}

function vitest() {
  const { file, code } = example('Vitest');
  write(file, code);
  const said = run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--reporter=verbose', file]);
  if (!/Tests\s+1 passed \(1\)/.test(stripVTControlCharacters(said))) throw new Error(`Vitest says ${said}`);
}

try {
  write('package.json', '{ "private": true, "type": "module" }');
  const client = pack(join(root, 'packages/client'), ['dist/index.js', 'dist/index.d.ts']);
  const kit = pack(folder, ['dist/index.js', 'dist/index.cjs', 'dist/index.d.ts', 'keeper.mjs']);
  const socket = `socket.io-client@${own.devDependencies['socket.io-client']}`;
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  step('installed into an empty project', () =>
    run('npm', ['install', ...quiet, client, kit, socket, `vitest@${VITEST}`]),
  );
  step('three lines run', three);
  step('the README runs under Vitest', vitest);
} finally {
  rmSync(project, { recursive: true, force: true });
}
