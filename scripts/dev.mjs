/**
 * Serves, and on every change of the source compiles and starts the server again: `npm run start:dev`.
 *
 * It builds as `npm start` does and serves at once. TypeScript's own watch mode then compiles what changes (types
 * unchecked, as the build does), and when that has written JavaScript the server is started again. The old server gets SIGTERM and stops as it always does, its embedded PostgreSQL with it; the new one is
 * started when the old one has ended, so the ports are free and the data folder has one owner at a time. While a file
 * does not parse, the last server that did goes on serving. One that ends by itself is started again by the next change.
 *
 * Ctrl-C, SIGTERM and the end of npm stop everything; a second Ctrl-C does not wait for the server to finish.
 */
import './build.mjs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');

/** Milliseconds between looks for the parent process: npm hands a SIGTERM to its shell only, which dies of it. */
const PARENT_CHECK_MS = 250;

/** The server's process, while it runs. */
let server = null;
/** Whether there is something newer than what runs. */
let stale = false;
let stopping = false;

function start() {
  stale = false;
  server = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], {
    cwd: root,
    stdio: 'inherit',
    // In a group of its own, so that Ctrl-C reaches it through us only: it takes a second signal for impatience.
    detached: process.platform !== 'win32',
    // With it the server ends when we do, by whatever means: see src/main.ts.
    env: { npm_lifecycle_event: 'start:dev', ...process.env },
  });
  server.once('error', (error) => {
    console.error(`The server could not be started: ${error.message}`);
    ended(1);
  });
  server.once('exit', (code) => ended(code ?? 1));
}

function ended(code) {
  server = null;
  if (stopping) process.exit(code);
  if (stale) start();
  else console.log('The server has ended. It is started again when a file changes.');
}

function restart() {
  if (stopping) return;
  if (server === null) return start();
  if (!stale) server.kill('SIGTERM');
  stale = true;
}

function stop(signal) {
  if (stopping && server === null) process.exit(1);
  stopping = true;
  watch?.close();
  if (server === null) process.exit(0);
  server.kill(signal);
}

const format = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
};
const report = (diagnostic) => process.stderr.write(ts.formatDiagnostic(diagnostic, format));

/** Whether JavaScript has been written that no server runs yet. */
let written = false;
const system = {
  ...ts.sys,
  writeFile(path, ...rest) {
    if (path.endsWith('.js')) written = true;
    ts.sys.writeFile(path, ...rest);
  },
};

/** TypeScript calls it when it begins (without a count) and when it has finished, with the number of errors. */
function reportStatus(diagnostic, newLine, options, errors) {
  if (errors === undefined) return;
  if (errors > 0) console.error('Not started again: the source has errors.');
  else if (written) {
    written = false;
    restart();
  }
}

start();

let watch = null;
const host = ts.createWatchCompilerHost(
  join(root, 'tsconfig.build.json'),
  {},
  system,
  ts.createEmitAndSemanticDiagnosticsBuilderProgram,
  report,
  reportStatus,
);
watch = ts.createWatchProgram(host);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => stop(signal === 'SIGHUP' ? 'SIGTERM' : signal));
}
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop('SIGTERM');
  }, PARENT_CHECK_MS);
}
