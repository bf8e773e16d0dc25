import { readFile, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './commands.js';
import { parsePostmasterPid, type PostmasterPid } from './postmaster-pid.js';

/** The server of a data folder, as seen from outside. */
export type ServerState =
  | { kind: 'absent' }
  | { kind: 'starting'; pid?: number }
  | { kind: 'ready'; pid: number; port: number }
  | { kind: 'stopping'; pid: number };

/** PostgreSQL writes `postmaster.pid` within milliseconds: a file that is unreadable for longer was left by a crash. */
const UNREADABLE_AFTER_MS = 2000;

/**
 * Checks `postmaster.pid` and the process it names.
 *
 * PostgreSQL itself removes the file of a dead process. But it can't tell when the process id now belongs to another
 * program: such a file, and one without its first line, is removed here.
 */
export async function inspectServer(pgData: string): Promise<ServerState> {
  const file = join(pgData, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return { kind: 'absent' };

  const found = parsePostmasterPid(text);
  if (!found) {
    const age = await stat(file).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age < UNREADABLE_AFTER_MS) return { kind: 'starting' };
    await rm(file, { force: true });
    return { kind: 'absent' };
  }
  if (!isAlive(found.pid)) return { kind: 'absent' };
  if (!(await isPostmasterOf(found.pid, pgData))) {
    await removeIfStill(file, text);
    return { kind: 'absent' };
  }
  return stateOf(found);
}

/** What `postmaster.pid` says, without a check of the process. */
export async function readPostmasterPid(pgData: string): Promise<PostmasterPid | undefined> {
  return parsePostmasterPid(await readFile(join(pgData, 'postmaster.pid'), 'utf8').catch(() => ''));
}

/** Whether a process has this id, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the process `pid` is still this folder's server. A zombie is not. */
export async function isServer(pid: number, pgData: string): Promise<boolean> {
  return isAlive(pid) && (await isPostmasterOf(pid, pgData));
}

function stateOf({ pid, port, status }: PostmasterPid): ServerState {
  if (status === 'stopping') return { kind: 'stopping', pid };
  if (status === 'ready' && port !== undefined) return { kind: 'ready', pid, port };
  return { kind: 'starting', pid };
}

/** In doubt (a system that hides its processes) the answer is yes, so that nothing is removed by mistake. */
async function isPostmasterOf(pid: number, pgData: string): Promise<boolean> {
  if (process.platform === 'win32') {
    const { output } = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']);
    return output.toLowerCase().includes('postgres');
  }
  if (process.platform === 'linux') {
    // The server's working directory is its data folder, even after a rename. A zombie has no command line.
    if ((await readlink(`/proc/${pid}/cwd`).catch(() => undefined)) === pgData) return true;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
    return command === undefined || (command.includes('postgres') && command.includes(pgData));
  }
  const { code, output } = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  return code !== 0 || (output.includes('postgres') && output.includes(pgData));
}

/** Keeps the file if a starting server has replaced it. */
async function removeIfStill(file: string, text: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) await rm(file, { force: true });
}
