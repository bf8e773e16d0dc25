import { readFileSync, writeFileSync } from 'node:fs';

/** Memory of a process in KiB, from /proc (Linux only). */

/** Resident now. */
export const residentKiB = (pid: number): number => field(pid, 'status', 'VmRSS');

/** The most that was resident since the start of the process, or the last `forgetPeak`. */
export const peakKiB = (pid: number): number => field(pid, 'status', 'VmHWM');

/** Pages that several processes share count in parts. */
export const ownKiB = (pid: number): number => field(pid, 'smaps_rollup', 'Pss');

/** From now on the peak is that of what follows (man 5 proc, clear_refs). */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

function field(pid: number, file: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'));
  if (!found) throw new Error(`/proc/${pid}/${file} says nothing of ${name}`);
  return Number(found[1]);
}
