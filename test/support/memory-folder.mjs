import { readFileSync, statfsSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';

const FOLDER = '/dev/shm';
const GIB = 1024 ** 3;

/**
 * Where a run of tests has its temporary files: in memory, if the system has a folder there with room for all of them (a
 * container has 64 MB by itself). See docs/adr/0044-the-tests-do-not-wait-for-the-disk.md.
 */
export function folderOfTests() {
  return isFit() && freemem() > 8 * GIB ? FOLDER : tmpdir();
}

function isFit() {
  try {
    const { bavail, bsize } = statfsSync(FOLDER);
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const options = mounts.map((line) => line.split(' ')).find(([, at]) => at === FOLDER)[3];
    // Programs of packages that a test installs are started there.
    return bavail * bsize > 4 * GIB && !/\b(ro|noexec)\b/.test(options);
  } catch {
    return false;
  }
}
