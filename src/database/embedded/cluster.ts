import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { noBinaries } from './binaries.js';
import { draftName, hasCode, run, type Account } from './commands.js';
import type { Places } from './places.js';
import { isAlive } from './postmaster.js';

/** PostgreSQL's superuser, and the database of the same name. */
export const CLUSTER_USER = 'chat';

/**
 * Creates the cluster in `places.pgData` if it is missing, and returns the password of its superuser.
 *
 * Several processes may call this at once, and each may be killed at any time: the password is written once, each
 * process creates its cluster in a folder of its own and renames it, and only the first rename succeeds. The encoding
 * is UTF-8 whatever the environment says, and text is ordered by code points. `durable`: see EmbeddedPostgresOptions.
 *
 * @throws Error with initdb's output when it fails, or when the password of an existing cluster is missing.
 */
export async function ensureCluster(
  places: Places,
  durable: boolean,
  log: (line: string) => void,
): Promise<string> {
  await removeLeftovers(places.dataDir);
  if (isCluster(places.pgData)) return existingPassword(places);
  await createPassword(places);
  log(`creating a PostgreSQL ${places.binaries.version.split('.')[0]} cluster in ${places.dataDir}`);
  await initialize(places, durable);
  return existingPassword(places);
}

function isCluster(pgData: string): boolean {
  return existsSync(join(pgData, 'PG_VERSION'));
}

async function existingPassword({ passwordFile, dataDir }: Places): Promise<string> {
  const password = await readFile(passwordFile, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'EACCES'))
      throw new Error(`${passwordFile} belongs to another user: start this program as that user`);
    throw new Error(`${passwordFile} is missing: restore it, or delete ${dataDir} with all its data`);
  });
  return password.trim();
}

/** If several processes call this, one of them links its password into place, and all use that one. */
async function createPassword({ passwordFile, account }: Places): Promise<void> {
  if (existsSync(passwordFile)) return;
  const draft = `${passwordFile}.${draftName()}`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${randomBytes(24).toString('hex')}\n`);
    if (account) await file.chown(account.uid, account.gid);
    await file.sync();
  } finally {
    await file.close();
  }
  await link(draft, passwordFile).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
  await rm(draft, { force: true });
}

async function initialize(
  { binaries, account, dataDir, pgData, passwordFile }: Places,
  durable: boolean,
): Promise<void> {
  const draft = join(dataDir, `init-${draftName()}`);
  try {
    await initdb(binaries.initdb, draft, passwordFile, durable, account);
    await rename(draft, pgData).catch((error: unknown) => {
      if (!isCluster(pgData)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function initdb(
  program: string,
  pgData: string,
  passwordFile: string,
  durable: boolean,
  account?: Account,
): Promise<void> {
  const options = [
    `--pgdata=${pgData}`,
    `--username=${CLUSTER_USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(durable ? [] : ['--no-sync']),
  ];
  const result = await run(program, options, account).catch((error: unknown) => {
    // The program exists, but its loader does not: a Linux without glibc.
    if (hasCode(error, 'ENOENT')) throw noBinaries();
    throw error;
  });
  if (result.code !== 0) throw new Error(`initdb failed:\n${result.output.trim()}`);
}

/** Removes what a killed process has left. If its initdb still writes there, a later start removes the rest. */
async function removeLeftovers(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    const pid = /^(?:init-|password\.)(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(dataDir, name), { recursive: true, force: true }).catch(() => undefined);
  }
}
