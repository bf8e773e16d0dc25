/**
 * Executes the Dockerfile without Docker: each stage is a folder, COPY copies (only what .dockerignore leaves), and RUN
 * runs. The result is started by its CMD, with DATABASE_URL, and checked by its HEALTHCHECK. Then SIGTERM has to end it
 * with exit code 0. This machine's Node stands in for the FROM images.
 *
 *   DATABASE_URL=postgres://… node scripts/try-dockerfile.mjs
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'chat-image-'));
chmodSync(scratch, 0o755);

const instructions = readFileSync(join(root, 'Dockerfile'), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => /^(\w+)\s+(.*)$/.exec(line.trim()).slice(1));

/** The build context that `docker build` would get. */
function makeContext() {
  const rules = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  const context = join(scratch, 'context');
  mkdirSync(context);
  for (const rule of rules.filter((line) => line.startsWith('!'))) {
    cpSync(join(root, rule.slice(1)), join(context, rule.slice(1)), {
      recursive: true,
      filter: (path) => !/\.spec\.tsx?$|\/(?:dist|node_modules)$/.test(path),
    });
  }
  return context;
}

function copy(words, stage, stages, context) {
  const from = words[0].startsWith('--from=') ? words.shift().slice('--from='.length) : null;
  const target = words.pop();
  for (const source of words) {
    const path = from ? join(stages.get(from), source.replace(/^\/app\//, '')) : join(context, source);
    const into = resolve(stage, target);
    cpSync(path, target.endsWith('/') ? join(into, basename(source)) : into, {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}

/** Runs the stages. Returns the last one's folder, environment and commands. */
function build() {
  const context = makeContext();
  const stages = new Map();
  let image;
  for (const [instruction, rest] of instructions) {
    switch (instruction) {
      case 'FROM': {
        const name = / AS (\w+)$/.exec(rest)?.[1] ?? 'image';
        image = { folder: join(scratch, name), env: {}, user: null };
        mkdirSync(image.folder);
        stages.set(name, image.folder);
        break;
      }
      case 'ENV': {
        const [name, value] = rest.split('=');
        image.env[name] = value;
        break;
      }
      case 'COPY':
        copy(rest.split(/\s+/), image.folder, stages, context);
        break;
      case 'RUN':
        console.log(`RUN ${rest}`);
        execFileSync('sh', ['-c', rest], { cwd: image.folder, stdio: 'inherit' });
        break;
      case 'HEALTHCHECK':
        image.health = JSON.parse(/CMD (\[.*\])$/.exec(rest)[1]);
        break;
      case 'CMD':
        image.command = JSON.parse(rest);
        break;
      case 'USER':
        image.user = rest;
        break;
      case 'LABEL':
      case 'WORKDIR':
      case 'EXPOSE':
        break;
      default:
        throw new Error(`Unknown instruction ${instruction}: add it to scripts/try-dockerfile.mjs`);
    }
  }
  return image;
}

/** What only the packages below `packages/` need has no place in the server's image. */
function refuseTheirPackages(image) {
  const dependenciesOf = (path) =>
    Object.keys(JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')).dependencies ?? {});
  const own = dependenciesOf('.');
  const theirs = readdirSync(join(root, 'packages'))
    .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
    .flatMap((name) => dependenciesOf(join('packages', name)));
  const there = theirs
    .filter((name) => !own.includes(name))
    .filter((name) => existsSync(join(image.folder, 'node_modules', name)));
  if (there.length > 0) throw new Error(`In the image, and not the server's: ${there.join(', ')}`);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return String(port);
}

async function run({ folder, env, command, health, user }) {
  if (user === null) throw new Error('The image runs as root: add USER to the Dockerfile');
  const [program, ...args] = command;
  const variables = {
    PATH: process.env.PATH,
    ...env,
    AUTH: 'open',
    WEB: 'on',
    DATABASE_URL: process.env.DATABASE_URL,
    PORT: await freePort(),
    SOCKET_PORT: await freePort(),
  };
  // An account that owns no files here, as in the image.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const options = { cwd: folder, env: variables, ...nobody };
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
  const healthy = () => spawnSync(health[0], health.slice(1), options).status === 0;
  try {
    for (const end = Date.now() + 30_000; !healthy();) {
      if (child.exitCode !== null || Date.now() > end) throw new Error('The server did not become healthy');
      await new Promise((wake) => setTimeout(wake, 200));
    }
    const response = await fetch(`http://127.0.0.1:${variables.PORT}/chats`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"user1Id":901,"user2Id":902}',
    });
    if (response.status !== 201) throw new Error(`POST /chats: ${response.status} ${await response.text()}`);
    for (const page of ['/', '/docs', '/docs/guides/sync']) {
      const { status } = await fetch(`http://127.0.0.1:${variables.PORT}${page}`, {
        headers: { accept: 'text/html' },
        redirect: 'manual',
      });
      if (status !== 200) throw new Error(`GET ${page}: ${status}`);
    }
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`SIGTERM ended the server with exit code ${code}`);
    const undo = spawnSync('npx', ['sequelize-cli', 'db:migrate:status'], { ...options, encoding: 'utf8' });
    if (!/^up .*\.cjs/m.test(undo.stdout)) throw new Error(`sequelize-cli: ${undo.stdout}${undo.stderr}`);
  } finally {
    child.kill('SIGKILL');
  }
}

try {
  const image = build();
  refuseTheirPackages(image);
  const size = execFileSync('du', ['-sm', image.folder], { encoding: 'utf8' }).split('\t')[0];
  await run(image);
  console.log(`The Dockerfile's steps work; ${size} MB beside node's own image.`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
