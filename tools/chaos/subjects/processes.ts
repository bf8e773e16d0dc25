import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The processes whose parent is this one. */
export function childrenOf(pid: number): number[] {
  if (process.platform === 'linux') {
    return readdirSync('/proc')
      .map(Number)
      .filter((child) => Number.isInteger(child) && parentOf(child) === pid);
  }
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    return parent === pid && child !== undefined ? [child] : [];
  });
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the command, may contain spaces and brackets; what follows the last bracket does not.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

/** Sends a signal; does nothing if the process has ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether there is such a process, stopped or not; one that has ended and was not reaped counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resumes processes after `seconds`, even if this process has ended by then. @returns a function that cancels it. */
export function thawLater(pids: readonly number[], seconds: number): () => void {
  const script = `sleep ${seconds}; kill -CONT ${pids.join(' ')}`;
  const child = spawn('/bin/sh', ['-c', script], { stdio: 'ignore', detached: true });
  child.unref();
  return () => {
    if (child.pid !== undefined) signal(-child.pid, 'SIGKILL');
  };
}
