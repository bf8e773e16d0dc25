/**
 * Starts the server, and on every change of the source compiles and restarts it: `npm run start:dev`.
 *
 * It builds as `npm start` does and serves at once. TypeScript's own watch mode then compiles what changes (without
 * type checks, like the build), and when it has written JavaScript, the server restarts. The old server gets SIGTERM
 * and stops normally, with its embedded PostgreSQL. The new one starts when the old one has ended, so the ports are
 * free and the data folder has one owner at a time. While a file does not parse, the last good server keeps running. If
 * the server ends by itself, the next change starts it again.
 *
 * Ctrl-C, SIGTERM and the end of npm stop everything; a second Ctrl-C does not wait for the server to finish.
 */
import './build.mjs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');

/** Milliseconds between checks of the parent process: npm passes SIGTERM only to its shell, which ends by it. */
const PARENT_CHECK_MS = 250;

/** The server's process, while it runs. */
let server = null;
/** Whether the build is newer than the running server. */
let stale = false;
let stopping = false;

function start() {
  stale = false;
  server = spawn(process.execPath, ['--enable-source-maps', 'dist/main.js'], {
    cwd: root,
    stdio: 'inherit',
    // In its own process group, so that Ctrl-C reaches it only through us: a second signal makes it stop at once.
    detached: process.platform !== 'win32',
    // With this variable the server ends when this process ends, for any reason: see src/main.ts.
    env: { npm_lifecycle_event: 'start:dev', ...process.env },
  });
  server.once('error', (error) => {
    console.error(`Could not start the server: ${error.message}`);
    ended(1);
  });
  server.once('exit', (code) => ended(code ?? 1));
}

function ended(code) {
  server = null;
  if (stopping) process.exit(code);
  if (stale) start();
  else console.log('The server has ended. It restarts when a file changes.');
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

/** Whether the compiler has written JavaScript since the last restart. */
let written = false;
const system = {
  ...ts.sys,
  writeFile(path, ...rest) {
    if (path.endsWith('.js')) written = true;
    ts.sys.writeFile(path, ...rest);
  },
};

/** TypeScript calls this when it starts (without a count) and when it has finished (with the number of errors). */
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
