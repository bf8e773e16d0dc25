import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { takeLease } from '../../src/database/embedded/lease.js';
import type { Places } from '../../src/database/embedded/places.js';
import { isServer, readPostmasterPid } from '../../src/database/embedded/postmaster.js';
import { projectRoot } from '../../src/common/project-root.js';

// A cold start comes with an initdb; how long that takes is no promise of ours.
jest.setTimeout(60_000);

const posixOnly = process.platform === 'win32' ? it.skip : it;

/** One cluster for the file: each test starts its server anew, only the cold start has a folder of its own. */
let folder: string;
const scratch: string[] = [];
const servers: EmbeddedPostgres[] = [];
const owners: ChildProcess[] = [];

beforeAll(async () => {
  folder = await scratchFolder('embedded');
});

afterEach(async () => {
  for (const owner of owners.splice(0)) owner.kill('SIGKILL');
  for (const server of servers.splice(0)) await server.stop();
});

afterAll(async () => {
  for (const path of scratch) await rm(path, { recursive: true, force: true });
});

describe('the embedded PostgreSQL', () => {
  it('keeps its data over a stop and a start', async () => {
    const first = await start();
    await query(first.url, 'create table notes (text text)');
    await query(first.url, "insert into notes values ('kept')");
    const pid = await serverPid(first);
    await first.stop();
    expect(await isServer(pid, clusterOf(first))).toBe(false);

    const second = await start();
    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'select text from notes')).toEqual([{ text: 'kept' }]);
  });

  it('is durable, in UTF-8 and UTC, whatever the environment says', async () => {
    const { url } = await start();
    const settings = [
      'fsync',
      'synchronous_commit',
      'server_encoding',
      'timezone',
      'jit',
      'password_encryption',
    ];
    expect(await Promise.all(settings.map((name) => setting(url, name)))).toEqual([
      'on',
      'on',
      'UTF8',
      'UTC',
      'off',
      'scram-sha-256',
    ]);
  });

  it('does not wait for the disk where nobody keeps the data', async () => {
    const { url } = await start(folder, { durable: false });
    expect(await setting(url, 'fsync')).toBe('off');
  });

  it('asks for its password', async () => {
    const { url } = await start();
    await expect(query(url.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toMatchObject({
      code: '28P01',
    });
  });

  posixOnly('writes nothing of what people write into its log, whatever fails', async () => {
    const word = 'Zq7xWordOfSomebody';
    const { url, dataDir } = await start(await scratchFolder('discreet'));
    await query(url, 'create table words (word text primary key check (length(word) < 50), number int)');
    await query(url, `insert into words values ('${word}')`);
    const failing = [
      `insert into words values ('${word}')`,
      `insert into words values ('${word.repeat(5)}')`,
      `select '${word}'::int`,
      `select '{"${word}'::json`,
      `select ${word} from words`,
      `do $$ begin raise exception '${word}'; end $$`,
      `do $$ begin raise warning '${word}'; end $$; select 1/0`,
    ];
    for (const statement of failing) await expect(query(url, statement)).rejects.toThrow();
    await expect(query(url, 'insert into words values ($1)', [word])).rejects.toThrow(/duplicate/);
    await expect(query(url, 'select $1::text::int', [word])).rejects.toThrow(/invalid input/);

    const victim = new Client({ connectionString: url });
    victim.on('error', () => undefined);
    await victim.connect();
    const [row] = (await victim.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
    const sleeping = victim.query(`select pg_sleep(60), '${word}'`).catch(() => 'cut');
    await eventually(async () => {
      const busy = await query(
        url,
        `select 1 from pg_stat_activity where pid = ${row!.pid} and state = 'active'`,
      );
      return busy.length > 0;
    });
    process.kill(row!.pid, 'SIGKILL');
    expect(await sleeping).toBe('cut');
    const log = join(dataDir, 'postgres.log');
    await eventually(async () => (await readFile(log, 'utf8')).includes('was terminated by signal 9'));
    await victim.end().catch(() => undefined);
    expect(await readFile(log, 'utf8')).not.toContain(word);
  });

  it('is adopted by a second start, and stops with the last user', async () => {
    const first = await start();
    const second = await start();
    expect(first.adopted).toBe(false);
    expect(second).toMatchObject({ adopted: true, url: first.url });

    await first.stop();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);

    const pid = await serverPid(second);
    await second.stop();
    expect(await isServer(pid, clusterOf(second))).toBe(false);
  });

  it('is one server when several start it at once in an empty folder', async () => {
    const empty = await scratchFolder('empty');
    const all = await Promise.all([start(empty), start(empty), start(empty)]);
    expect(all.filter(({ adopted }) => !adopted)).toHaveLength(1);
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
  });

  it('starts although postmaster.pid names a process that is not PostgreSQL', async () => {
    const first = await start();
    await first.stop();
    const stranger = `${process.pid}\n${clusterOf(first)}\n1\n${first.port}\n\n127.0.0.1\n1 1\nready\n`;
    await writeFile(join(clusterOf(first), 'postmaster.pid'), stranger);

    expect((await start()).adopted).toBe(false);
  });

  it('starts again while the one that got a SIGTERM is still going', async () => {
    const first = await start();
    process.kill(await serverPid(first), 'SIGTERM');

    const second = await start();
    expect(await query(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('says what PostgreSQL said when it can not start', async () => {
    const first = await start();
    await first.stop();
    const configuration = join(clusterOf(first), 'postgresql.auto.conf');
    await writeFile(configuration, 'no_such_setting = 1\n');
    try {
      await expect(start()).rejects.toThrow(/no_such_setting/);
    } finally {
      await writeFile(configuration, '');
    }
  });

  posixOnly('is started again on its port when it was killed, once for all its users', async () => {
    const lines: string[] = [];
    const options = { dataDir: folder, revive: true, log: (line: string) => void lines.push(line) };
    const users = [await startEmbeddedPostgres(options), await startEmbeddedPostgres(options)];
    servers.push(...users);
    const { url, port } = users[0]!;
    for (let round = 1; round <= 2; round++) {
      const pid = await serverPid(users[0]!);
      process.kill(pid, 'SIGKILL');
      await eventually(async () => (await answers(url)) && (await serverPid(users[0]!)) !== pid);
    }
    expect(users[1]!.port).toBe(port);
    expect(lines.filter((line) => line.includes('has ended')).length).toBeGreaterThanOrEqual(2);
    expect(lines.join()).not.toMatch(/did not start/);

    process.kill(await serverPid(users[0]!), 'SIGKILL');
    for (const user of users) await user.stop();
    await eventually(async () => !(await answers(url)));
  });

  posixOnly('is gone after kill -9 of its only user', async () => {
    const { owner, server } = await startInChild();
    const pid = await serverPid(server);
    expect(await isServer(pid, clusterOf(server))).toBe(true);

    owner.kill('SIGKILL');
    await eventually(async () => !(await isServer(pid, clusterOf(server))));
  });

  posixOnly('outlives kill -9 of its starter as long as somebody else uses it', async () => {
    const { owner } = await startInChild();
    const adopter = await start();
    expect(adopter.adopted).toBe(true);

    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect(await query(adopter.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  posixOnly('comes up when its starter is killed during the next start', async () => {
    const { owner, server } = await startInChild();
    await query(server.url, 'create table kept ()');

    owner.kill('SIGKILL');
    const next = await start();
    expect(await query(next.url, 'select from kept')).toEqual([]);
  });
});

const guardDescribe = process.platform === 'win32' ? describe.skip : describe;

guardDescribe('the guard', () => {
  /** A server as far as the guard can see, and how it ended. */
  function stranger(): { pid: number; exit: Promise<unknown> } {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'postgres']);
    owners.push(child);
    return { pid: child.pid!, exit: once(child, 'exit') };
  }

  async function guarded(): Promise<{ places: Places; pidFile: string }> {
    const dataDir = await scratchFolder('guard');
    return { places: { dataDir, pgData: dataDir } as Places, pidFile: join(dataDir, 'postmaster.pid') };
  }

  it('stops a server whose users died before it had written who it is', async () => {
    const { places, pidFile } = await guarded();
    const lease = await takeLease(places);
    await lease.ensureGuard();
    const server = stranger();
    await lease.release();
    await delay(500);
    await writeFile(pidFile, `${server.pid}\n`);
    await server.exit;
  });

  it('leaves the server of somebody who came meanwhile, until they go', async () => {
    const { places, pidFile } = await guarded();
    const first = await takeLease(places);
    await first.ensureGuard();
    await first.release();
    const second = await takeLease(places);
    await second.ensureGuard();
    const server = stranger();
    await writeFile(pidFile, `${server.pid}\n`);
    // As long as a guard looks for a server, and a little more.
    const outcome = await Promise.race([server.exit, delay(2_500, 'lives')]);
    expect(outcome).toBe('lives');
    await second.release();
    await server.exit;
  });
});

async function start(dataDir = folder, { durable = true } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, durable });
  servers.push(server);
  return server;
}

async function scratchFolder(name: string): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `chat-${name}-`));
  scratch.push(path);
  return path;
}

/** Starts the server from another process, which runs the built `dist` and lives until it is killed. */
async function startInChild(): Promise<{ owner: ChildProcess; server: { url: string; dataDir: string } }> {
  const entry = join(projectRoot(), 'dist', 'database', 'embedded', 'embedded-postgres.js');
  const script = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(pathToFileURL(entry).href)});
    console.log(JSON.stringify(await startEmbeddedPostgres({ dataDir: ${JSON.stringify(folder)} })));
    process.stdin.resume();`;
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: projectRoot(),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  owners.push(owner);
  for await (const line of createInterface({ input: owner.stdout })) {
    return { owner, server: JSON.parse(line) as { url: string; dataDir: string } };
  }
  throw new Error('the child ended without a server');
}

function clusterOf({ dataDir }: { dataDir: string }): string {
  return join(dataDir, 'pgdata');
}

async function serverPid(server: { dataDir: string }): Promise<number> {
  const found = await readPostmasterPid(clusterOf(server));
  if (!found) throw new Error('no postmaster.pid');
  return found.pid;
}

async function setting(url: string, name: string): Promise<unknown> {
  const [row] = await query(url, `select current_setting('${name}') as value`);
  return row?.value;
}

async function query(url: string, text: string, values?: string[]): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end();
  }
}

const answers = (url: string): Promise<boolean> =>
  query(url, 'select 1').then(
    () => true,
    () => false,
  );

async function eventually(holds: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  for (const end = Date.now() + withinMs; Date.now() < end; await delay(20)) {
    if (await holds()) return;
  }
  throw new Error(`did not come true within ${withinMs} ms`);
}
