import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** The account that a child process runs as. Undefined: the account of this process. */
export interface Account {
  uid: number;
  gid: number;
}

export interface CommandResult {
  /** The exit code; null when a signal ended the command. */
  code: number | null;
  /** Standard output and standard error, in the order of their arrival. */
  output: string;
}

/**
 * The environment of every child process: English messages that can be matched, and UTC. It passes on no PGDATA,
 * PGOPTIONS or secrets. PATH finds `mkfifo`, `id` and `ps`; Windows programs need the other three. Nothing else in this
 * folder reads the environment.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMP } = process.env;
  return { PATH, SystemRoot, TEMP, TMP, LC_ALL: 'C', TZ: 'UTC' };
}

/** A working directory that every account can use. Windows has none, so the current one is used there. */
export const neutralFolder = process.platform === 'win32' ? undefined : '/';

/**
 * Runs a command to its end as `account`.
 *
 * @throws the spawn error (`ENOENT`, `EACCES`) when the command can't be run at all.
 */
export function run(file: string, args: string[], account?: Account): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      ...account,
      cwd: neutralFolder,
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** A name that is unique across processes and calls; it begins with the process id. */
export function draftName(): string {
  return `${process.pid}-${randomBytes(4).toString('hex')}`;
}

/**
 * Whether `error` has one of these codes, of the system or of PostgreSQL. It checks only the code: under Jest, system
 * errors are not instances of the global Error.
 */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && codes.includes(code);
}
