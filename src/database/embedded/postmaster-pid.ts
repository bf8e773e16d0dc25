/**
 * What PostgreSQL writes into `postmaster.pid`, the lock file of its data folder.
 *
 * Lines: process id, data folder, start time (epoch seconds), port, first Unix socket folder, first TCP address, shared
 * memory key, status. PostgreSQL writes them one after another while it starts, so the last ones may be missing.
 * Source: https://www.postgresql.org/docs/18/storage-file-layout.html and
 * src/include/utils/pidfile.h.
 */
export interface PostmasterPid {
  pid: number;
  /** Missing until the server has read its configuration. */
  port?: number;
  /** `starting` until the server has written another status. */
  status: 'starting' | 'ready' | 'stopping';
}

const PORT_LINE = 3;
const STATUS_LINE = 7;

/** @returns undefined for a file that is empty or does not begin with a process id. */
export function parsePostmasterPid(text: string): PostmasterPid | undefined {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  // A single-user backend writes its process id with a minus sign.
  const pid = Math.abs(wholeNumber(lines[0]) ?? 0);
  if (pid === 0) return undefined;
  return { pid, port: wholeNumber(lines[PORT_LINE]), status: statusOf(lines[STATUS_LINE]) };
}

function statusOf(word: string | undefined): PostmasterPid['status'] {
  if (word === 'ready' || word === 'standby') return 'ready';
  return word === 'stopping' ? 'stopping' : 'starting';
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
}
