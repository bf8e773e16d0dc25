import { spawnSync } from 'node:child_process';
import { chown, mkdir, mkdtemp, open, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chmod } from 'node:fs/promises';

const mounted = new Set<string>();
process.once('exit', () => {
  for (const folder of mounted) spawnSync('umount', ['--lazy', folder]);
});

/** Why a small disk can't be mounted here; null: it can. */
export function lacksDisks(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'it mounts a small disk in memory: Linux and root only';
  const probe = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt']);
  return probe.status === 0 ? null : 'it mounts a small disk in memory, which is not allowed here';
}

/** A file system in memory that can be filled without effect on the rest of the machine. */
export class SmallDisk {
  private constructor(private readonly mount: string) {}

  static async make(megabytes: number): Promise<SmallDisk> {
    const mount = await mkdtemp(join(tmpdir(), 'chat-chaos-disk-'));
    const { status, stderr } = spawnSync('mount', [
      '-t',
      'tmpfs',
      '-o',
      `size=${megabytes}m`,
      'tmpfs',
      mount,
    ]);
    if (status !== 0) throw new Error(`mount: ${stderr.toString()}`);
    mounted.add(mount);
    await chmod(mount, 0o755);
    return new SmallDisk(mount);
  }

  /** An empty folder on it, owned by that account. */
  async folderOf({ uid, gid }: { uid: number; gid: number }): Promise<string> {
    const folder = join(this.mount, 'space');
    await mkdir(folder, { mode: 0o700 });
    await chown(folder, uid, gid);
    return folder;
  }

  /** Fills it to the last byte. */
  async fill(): Promise<void> {
    const file = await open(this.ballast, 'w');
    for (const size of [1_048_576, 65_536, 4_096]) {
      const bytes = Buffer.alloc(size);
      for (let written = size; written === size;) {
        written = await file.write(bytes).then(
          ({ bytesWritten }) => bytesWritten,
          (error: NodeJS.ErrnoException) => {
            if (error.code !== 'ENOSPC') throw error;
            return 0;
          },
        );
      }
    }
    await file.close();
  }

  /** Deletes all files of that name, in any folder. */
  async drop(name: string): Promise<void> {
    const files = await readdir(this.mount, { recursive: true, withFileTypes: true });
    for (const file of files) if (file.name === name) await rm(join(file.parentPath, name));
  }

  async free(): Promise<void> {
    await rm(this.ballast, { force: true });
  }

  async remove(): Promise<void> {
    const { status, stderr } = spawnSync('umount', [this.mount]);
    if (status !== 0) throw new Error(`umount: ${stderr.toString()}`);
    mounted.delete(this.mount);
    await rmdir(this.mount);
  }

  private get ballast(): string {
    return join(this.mount, 'ballast');
  }
}
