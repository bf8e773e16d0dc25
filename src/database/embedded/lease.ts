import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment, hasCode, neutralFolder, run } from './commands.js';
import type { Places } from './places.js';
import { isAlive } from './postmaster.js';

/**
 * A share in the server of a data folder: the server stops only when no process holds a lease any more.
 *
 * On POSIX the holders keep a named pipe open for writing, and a guard, a small separate `sh`, reads it. The kernel
 * closes the pipe of a process that ends for any reason, `kill -9` included. When the last holder has ended, the guard
 * reads end-of-file and stops PostgreSQL. The kernel does the counting, so a crash leaves nothing behind. Holding a
 * lease keeps no process running.
 *
 * Windows has no guard: the first holder is the owner, and a server whose owner was killed keeps running until the next
 * start adopts it.
 */
export interface Lease {
  /**
   * Starts a guard if none is running.
   *
   * @returns whether one had to be started: the server was unguarded, or its guard is about to stop it.
   */
  ensureGuard(): Promise<boolean>;
  /** Gives the share back; later calls do nothing. @returns whether it was the last one. */
  release(): Promise<boolean>;
}

export async function takeLease(places: Places): Promise<Lease> {
  return process.platform === 'win32' ? takeFileLease(places) : takePipeLease(places);
}

/**
 * Fast shutdown, after ten seconds immediate shutdown: https://www.postgresql.org/docs/18/server-shutdown.html.
 * The process id is read before the pipe is closed, so a server that starts afterwards is not stopped. A server that
 * was just launched has not written its id yet: the guard retries for two seconds, and if a process takes a lease
 * meanwhile, it keeps guarding for that process. SIGTERM is ignored because a reloader may send it to every descendant:
 * `nest start --watch` does at each reload.
 */
const GUARD = `
trap '' HUP INT QUIT TERM
runs() {
  [ -n "$1" ] && kill -0 "$1" 2>/dev/null || return 1
  if [ -r "/proc/$1/cmdline" ]; then grep -q postgres "/proc/$1/cmdline"; fi
}
n=0
while :; do
  while read -r _; do :; done
  pid=
  read -r pid 2>/dev/null < "$1/postmaster.pid"
  runs "$pid" && break
  n=$((n + 1))
  [ "$n" -lt 20 ] || exit 0
  sleep 0.1 2>/dev/null || sleep 1
done
exec < /dev/null
kill -INT "$pid" 2>/dev/null
n=0
while [ "$n" -lt 200 ] && kill -0 "$pid" 2>/dev/null; do
  read -r now 2>/dev/null < "$1/postmaster.pid" && [ "$now" = "$pid" ] || break
  n=$((n + 1))
  [ "$n" -eq 100 ] && kill -QUIT "$pid" 2>/dev/null
  sleep 0.1 2>/dev/null || sleep 1
done
`;

const WRITE = constants.O_WRONLY | constants.O_NONBLOCK;
const READ = constants.O_RDONLY | constants.O_NONBLOCK;

async function takePipeLease(places: Places): Promise<Lease> {
  const pipe = join(places.dataDir, 'guard.pipe');
  if (!existsSync(pipe)) {
    const made = await run('mkfifo', ['-m', '600', pipe], places.account);
    if (made.code !== 0 && !existsSync(pipe)) throw new Error(`mkfifo failed: ${made.output.trim()}`);
  }
  let share = openForWriting(pipe);

  const lease: Lease = {
    ensureGuard() {
      const second = openForWriting(pipe);
      if (second !== undefined) closeSync(second);
      if (second !== undefined && share !== undefined) return Promise.resolve(false);
      // A pipe can be opened for writing once it has a reader, and for blocking reads once it has a writer.
      const first = openSync(pipe, READ);
      share ??= openSync(pipe, WRITE);
      const reader = openSync(pipe, constants.O_RDONLY);
      closeSync(first);
      return startGuard(places, reader).then(() => true);
    },
    release() {
      if (share === undefined) return Promise.resolve(false);
      closeSync(share);
      share = undefined;
      return Promise.resolve(!hasWriters(pipe));
    },
  };
  return lease;
}

/** @returns undefined when the pipe has no reader (ENXIO). */
function openForWriting(pipe: string): number | undefined {
  try {
    return openSync(pipe, WRITE);
  } catch (error) {
    if (hasCode(error, 'ENXIO')) return undefined;
    throw error;
  }
}

/** Reading an empty pipe gives end-of-file when it has no writer, and EAGAIN while it has one. */
function hasWriters(pipe: string): boolean {
  const reader = openSync(pipe, READ);
  try {
    return readSync(reader, Buffer.alloc(1)) > 0;
  } catch (error) {
    if (hasCode(error, 'EAGAIN')) return true;
    throw error;
  } finally {
    closeSync(reader);
  }
}

function startGuard({ pgData, account }: Places, reader: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const guard = spawn('/bin/sh', ['-c', GUARD, 'chat-postgres-guard', pgData], {
      ...account,
      cwd: neutralFolder,
      env: childEnvironment(),
      stdio: [reader, 'ignore', 'ignore'],
      detached: true,
    });
    closeSync(reader);
    guard.once('spawn', resolve);
    guard.once('error', reject);
    guard.unref();
  });
}

async function takeFileLease(places: Places): Promise<Lease> {
  const file = join(places.dataDir, 'owner.pid');
  const owner = async (): Promise<number> => Number(await readFile(file, 'utf8').catch(() => '0'));
  let owns = false;
  return {
    async ensureGuard() {
      const current = await owner();
      if (current > 0 && isAlive(current)) return false;
      await writeFile(file, String(process.pid));
      owns = true;
      return true;
    },
    async release() {
      if (!owns) return false;
      owns = false;
      await rm(file, { force: true });
      return true;
    },
  };
}
