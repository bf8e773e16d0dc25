import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, realpath, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { copyBinaries, locateBinaries, type Binaries } from './binaries.js';
import { hasCode, run, type Account } from './commands.js';

/** The paths of one embedded server. */
export interface Places {
  binaries: Binaries;
  /** Absolute, without symlinks; holds `pgdata`, `password`, `postgres.log` and the guard's pipe. */
  dataDir: string;
  pgData: string;
  passwordFile: string;
  logFile: string;
  /** The account that PostgreSQL runs as; undefined: the account of this process. */
  account?: Account;
}

/**
 * For data and binaries that the account used instead of root can't reach. It outlives reboots, and all may enter it.
 */
const FALLBACK_BASE = '/var/tmp';

/**
 * Finds the folders of the server with this data folder, and creates missing ones.
 *
 * PostgreSQL refuses to run as root. For root it runs as the owner of an existing cluster, else as `postgres`, else as
 * `nobody`. What that user can't reach (a project under /root, for example) is kept under /var/tmp instead, in a folder
 * named after the project's path, the same at each start. Existing data is never moved.
 */
export async function settlePlaces(requested: string, projectRoot: string): Promise<Places> {
  const wanted = resolve(requested);
  const binaries = await locateBinaries(projectRoot);
  if (process.getuid?.() !== 0) {
    await mkdir(wanted, { recursive: true, mode: 0o700 });
    return placesIn(await realpath(wanted), binaries);
  }

  const fallback = join(FALLBACK_BASE, `chat-postgres-${shortHash(await realpath(projectRoot))}`);
  const moved = join(fallback, `data-${shortHash(wanted)}`);
  const account =
    (await ownerOf(clusterIn(wanted))) ?? (await ownerOf(clusterIn(moved))) ?? (await standIn());
  const stays = existsSync(clusterIn(wanted)) || !existsSync(clusterIn(moved));
  const dataDir =
    stays && (await giveFolder(wanted, account)) ? wanted : await giveFallback(fallback, moved, account);
  return {
    ...placesIn(await realpath(dataDir), await reachableBinaries(binaries, fallback, account)),
    account,
  };
}

function placesIn(dataDir: string, binaries: Binaries): Places {
  return {
    binaries,
    dataDir,
    pgData: clusterIn(dataDir),
    passwordFile: join(dataDir, 'password'),
    logFile: join(dataDir, 'postgres.log'),
  };
}

function clusterIn(dataDir: string): string {
  return join(dataDir, 'pgdata');
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

async function ownerOf(path: string): Promise<Account | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

async function standIn(): Promise<Account> {
  for (const name of ['postgres', 'nobody']) {
    const uid = await run('id', ['-u', name]);
    const gid = await run('id', ['-g', name]);
    if (uid.code === 0 && gid.code === 0) return { uid: Number(uid.output), gid: Number(gid.output) };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no user postgres or nobody; set DATABASE_URL to your own PostgreSQL',
  );
}

/**
 * Creates `folder` and gives it to the account.
 *
 * @returns false when the account can't reach it; folders created for it are removed again.
 */
async function giveFolder(folder: string, account: Account): Promise<boolean> {
  const created = await mkdir(folder, { recursive: true });
  const probe = await run('/bin/sh', ['-c', 'cd "$1"', 'sh', dirname(folder)], account);
  if (probe.code !== 0) {
    if (created) await removeEmpty(folder, created);
    return false;
  }
  // A cluster that was copied by root belongs to root, and PostgreSQL would refuse it.
  const cluster = await stat(clusterIn(folder)).catch(() => undefined);
  if (cluster?.uid === 0) await run('chown', ['-R', `${account.uid}:${account.gid}`, folder]);
  await chown(folder, account.uid, account.gid);
  await chmod(folder, 0o700);
  return true;
}

/** Removes `folder` and its parents up to `top`, as far as they are empty. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  for (let path = folder; path.startsWith(top); path = dirname(path)) {
    if (
      !(await rmdir(path)
        .then(() => true)
        .catch(() => false))
    )
      return;
  }
}

async function giveFallback(fallback: string, folder: string, account: Account): Promise<string> {
  await makeFallback(fallback);
  if (await giveFolder(folder, account)) return folder;
  throw new Error(
    `the user with id ${account.uid} can reach neither the data folder nor ${folder}: give it access to one of them`,
  );
}

async function reachableBinaries(binaries: Binaries, fallback: string, account: Account): Promise<Binaries> {
  const probe = await run(binaries.postgres, ['--version'], account).catch(() => undefined);
  if (probe?.code === 0) return binaries;
  await makeFallback(fallback);
  return copyBinaries(binaries, join(fallback, `postgresql-${binaries.version}`));
}

/** All users may write to /var/tmp: a folder of this name that does not belong to root is not used. */
async function makeFallback(fallback: string): Promise<void> {
  await mkdir(fallback, { mode: 0o755 }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
  const found = await lstat(fallback);
  if (!found.isDirectory() || found.uid !== 0)
    throw new Error(`${fallback} does not belong to root: remove it`);
  await chmod(fallback, 0o755);
}
