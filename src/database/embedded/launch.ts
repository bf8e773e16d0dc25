import { spawn } from 'node:child_process';
import { open, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { childEnvironment, neutralFolder } from './commands.js';
import type { Places } from './places.js';
import { readPostmasterPid } from './postmaster.js';

export const POLL_MS = 20;

const PORT_ATTEMPTS = 5;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
/** Crash recovery of much data takes long. */
const READY_WITHIN_MS = 120_000;

/**
 * The log says what happens to the server, and nothing of what people write: no statements, no parameters, and no errors
 * of statements, whose texts quote values ("invalid input syntax …", "Key (name)=(…) already exists"). The program logs
 * its own errors, without values. `terse` also leaves out the statement that a killed process was running.
 */
const DISCREET = [
  // In this order: error, log, fatal, panic.
  'log_min_messages=log',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'log_statement=none',
  'log_duration=off',
  'log_min_duration_statement=-1',
  'log_min_duration_sample=-1',
  'log_transaction_sample_rate=0',
  'log_parameter_max_length=0',
  'log_parameter_max_length_on_error=0',
  'log_lock_waits=off',
  'log_temp_files=-1',
  'debug_print_parse=off',
  'debug_print_rewritten=off',
  'debug_print_plan=off',
];

/** Reachable from this machine only, and the same on every machine. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'max_connections=100',
  'shared_buffers=128MB',
  'synchronous_commit=on',
  'jit=off',
  'timezone=UTC',
  'log_timezone=UTC',
  'logging_collector=off',
  ...DISCREET,
];

const DURABLE = ['fsync=on'];
const FLEETING = ['fsync=off', 'full_page_writes=off'];

/** Another process was faster, or the server was stopped while it started. */
const LOST = /lock file ".*" already exists|lock file ".*" is empty|shared memory block .* is still in use/;
const PORT_TAKEN = /could not create any TCP\/IP sockets|could not bind/;

/**
 * Starts PostgreSQL on 127.0.0.1, on the wanted port or a free one, in its own process group, so that Ctrl-C in a
 * terminal does not reach it. Its output goes to `places.logFile`. `durable`: see EmbeddedPostgresOptions.
 *
 * @returns the server's process id once it accepts connections; undefined when it did not start because another process
 * was faster or stopped it: inspect the data folder again.
 * @throws Error with the server's last log lines when it can't start.
 */
export async function launchServer(
  places: Places,
  wanted?: number,
  durable = true,
): Promise<number | undefined> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await launchOn(wanted ?? (await freePort()), places, durable);
    if (outcome.pid !== undefined) return outcome.pid;
    if (LOST.test(outcome.words) || outcome.code === 0) return undefined;
    if (wanted !== undefined || !PORT_TAKEN.test(outcome.words) || attempt === PORT_ATTEMPTS) {
      throw new Error(`PostgreSQL did not start. The end of ${places.logFile}:\n${lastLines(outcome.words)}`);
    }
  }
}

interface Outcome {
  /** Set when the server is ready. */
  pid?: number;
  code: number | null;
  /** What this attempt wrote to the log. */
  words: string;
}

async function launchOn(port: number, places: Places, durable: boolean): Promise<Outcome> {
  const log = await openLog(places);
  const child = spawn(...commandLine(port, places, durable), {
    ...places.account,
    cwd: neutralFolder,
    env: childEnvironment(),
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
    windowsHide: true,
  });
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  child.unref();
  await log.close();

  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && !failure) {
    const found = await readPostmasterPid(places.pgData);
    // Another process may have started a server on this port; on Windows the child is pg_ctl.
    const ours = found?.port === port && (isWindows || found.pid === child.pid);
    if (ours && found.status === 'ready') return { pid: found.pid, code: null, words: '' };
    // pg_ctl ends with 0 when the server is ready; the server itself must not end at all.
    if (child.signalCode !== null || (child.exitCode !== null && !(isWindows && child.exitCode === 0))) {
      return { code: child.exitCode, words: await log.words() };
    }
    await delay(POLL_MS);
  }
  child.kill('SIGQUIT');
  throw (
    failure ?? new Error(`PostgreSQL was not ready within ${READY_WITHIN_MS / 1000} s: see ${places.logFile}`)
  );
}

const isWindows = process.platform === 'win32';

/** On Windows pg_ctl starts the server: the server refuses administrator rights, and pg_ctl drops them. */
function commandLine(
  port: number,
  { binaries, pgData, logFile }: Places,
  durable: boolean,
): [string, string[]] {
  const safety = durable ? DURABLE : FLEETING;
  const settings = [
    `port=${port}`,
    ...SETTINGS,
    ...safety,
    ...(isWindows ? [] : ['unix_socket_directories=']),
  ];
  const options = settings.flatMap((setting) => ['-c', setting]);
  if (!isWindows) return [binaries.postgres, ['-D', pgData, ...options]];
  return [binaries.pgCtl, ['start', '-w', '-D', pgData, '-l', logFile, '-o', options.join(' ')]];
}

/** The log of one attempt, appended to the file. A file of more than 10 MB is renamed to `postgres.log.1` first. */
async function openLog({ logFile, account }: Places) {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.1`).catch(() => undefined);
  const file = await open(logFile, 'a', 0o600);
  if (account) await file.chown(account.uid, account.gid);
  const { size: start } = await file.stat();
  return {
    fd: file.fd,
    close: () => file.close(),
    words: async (): Promise<string> => {
      const reader = await open(logFile, 'r');
      try {
        const length = Math.max(0, (await reader.stat()).size - start);
        const { buffer } = await reader.read(Buffer.alloc(length), 0, length, start);
        return buffer.toString();
      } finally {
        await reader.close();
      }
    },
  };
}

function lastLines(words: string): string {
  return words.trim().split('\n').slice(-5).join('\n');
}

/** Another program may take the port before PostgreSQL does, so the caller tries several times. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
