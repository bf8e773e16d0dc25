import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, realpath, rm, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { environment } from '../../src/config/environment.js';
import { isServer, readPostmasterPid } from '../../src/database/embedded/postmaster.js';
import { projectRoot } from '../../src/common/project-root.js';
import { REFUSED } from './only-loopback.mjs';
import { wireOfThisRun } from './wire.js';
import { type Database, freshDatabase } from './cluster.js';

/** How long a test waits for output or an effect of a program, in milliseconds. A cold start includes an initdb. */
const PATIENCE_MS = 60_000;

/** Keeps a program of Node to this machine. */
const onlyLoopback = `--import=${pathToFileURL(join(import.meta.dirname, 'only-loopback-program.mjs')).href}`;

/** The environment without the variables that configure the app: each test sets its own. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) => !(name in environment) && !name.startsWith('npm_'),
  );
  const nodeOptions = [process.env.NODE_OPTIONS, onlyLoopback].filter(Boolean).join(' ');
  return { ...Object.fromEntries(ours), NODE_OPTIONS: nodeOptions };
}

/** A running program of an installation, in its own process group. */
export class Program {
  private readonly child: ChildProcess;
  private heard = '';
  private wake: (() => void)[] = [];
  /** The exit code; null: a signal ended it. */
  readonly exited: Promise<number | null>;

  constructor(command: string, args: readonly string[], folder: string, variables: Record<string, string>) {
    this.child = spawn(command, args, {
      cwd: folder,
      env: { ...plainEnvironment(), ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        this.heard += chunk.toString();
        for (const wake of this.wake.splice(0)) wake();
      });
    }
    this.exited = once(this.child, 'close').then(([code]) => {
      for (const wake of this.wake.splice(0)) wake();
      return code as number | null;
    });
  }

  /** Its output so far, of both streams. */
  get output(): string {
    return this.heard;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Waits until its output matches. @throws Error with the output when it ends first. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const match = pattern.exec(this.heard);
      if (match) return match;
      const ended = this.child.exitCode !== null || this.child.signalCode !== null;
      if (ended || Date.now() > end)
        throw new Error(`The output does not match ${String(pattern)}:\n${this.heard}`);
      await new Promise<void>((resolve) => {
        this.wake.push(resolve);
        setTimeout(resolve, 100);
      });
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Whether any process of its group is left. */
  get isGroupAlive(): boolean {
    try {
      process.kill(-this.pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  /** Kills all processes of its group that are left. */
  end(): void {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    if (process.platform === 'win32') this.child.kill('SIGKILL');
    else process.kill(-this.pid, 'SIGKILL');
  }
}

/** What a running server has printed. */
export interface Addresses {
  rest: string;
  sockets: string;
}

/** The built project in its own folder, so that it does not use the developer's data. */
export class Installation {
  private readonly programs: Program[] = [];

  private constructor(readonly folder: string) {}

  static async make(): Promise<Installation> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'chat-installed-')));
    // As root, PostgreSQL runs as another user, who needs access.
    await chmod(folder, 0o755);
    const copied = ['dist', 'migrations', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
    for (const name of copied) {
      await cp(join(projectRoot(), name), join(folder, name), { recursive: true });
    }
    for (const name of ['node_modules', 'src']) await symlink(join(projectRoot(), name), join(folder, name));
    // So that `npm start` finds it newer than its sources and does not build it again.
    const now = new Date();
    await utimes(join(folder, 'dist', '.built'), now, now);
    return new Installation(folder);
  }

  /** Starts the server, on free ports and without rate limits unless `variables` say otherwise. */
  start(variables: Record<string, string> = {}): Program {
    return this.run(process.execPath, ['dist/main.js'], {
      PORT: '0',
      SOCKET_PORT: '0',
      RATE_LIMITS: 'off',
      ...wireOfThisRun(),
      ...variables,
    });
  }

  run(command: string, args: readonly string[], variables: Record<string, string>): Program {
    const program = new Program(command, args, this.folder, variables);
    this.programs.push(program);
    return program;
  }

  /** The data folder of its PostgreSQL. */
  get pgData(): string {
    return join(this.folder, '.data', 'postgres', 'pgdata');
  }

  /** Whether its PostgreSQL runs. */
  async hasPostgres(): Promise<boolean> {
    const found = await readPostmasterPid(this.pgData);
    return found !== undefined && (await isServer(found.pid, this.pgData));
  }

  /** @throws Error when one of its programs has tried to leave this machine */
  async remove(): Promise<void> {
    for (const program of this.programs) program.end();
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end && (await this.hasPostgres());) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await rm(this.folder, { recursive: true, force: true });
    // As root, the data is elsewhere if PostgreSQL's user can't reach the project: see places.ts.
    const stray = createHash('sha256').update(this.folder).digest('hex').slice(0, 12);
    await rm(`/var/tmp/chat-postgres-${stray}`, { recursive: true, force: true });
    const refused = this.programs.map(({ output }) => output).find((output) => output.includes(REFUSED));
    if (refused !== undefined) throw new Error(refused);
  }
}

/** For a suite: an installation and an empty database, from before its first test until after its last. */
export function ownInstallation(): { readonly installed: Installation; readonly database: Database } {
  let installed: Installation;
  let database: Database;
  beforeAll(async () => {
    [installed, database] = await Promise.all([Installation.make(), freshDatabase()]);
  });
  afterAll(async () => {
    await installed.remove();
    await database.drop();
  });
  return {
    get installed() {
      return installed;
    },
    get database() {
      return database;
    },
  };
}

/** Waits until the program serves, and returns its addresses. */
export async function serving(program: Program): Promise<Addresses> {
  const [whole, http, socket] = await program.says(
    /"httpPort":(\d+),"socketPort":(\d+)|REST +http:\S+:(\d+)\s+Socket\.IO +http:\S+:(\d+)[\s\S]*Ctrl-C stops it/,
  );
  const [restPort, socketPort] = http
    ? [http, socket]
    : [...whole.matchAll(/localhost:(\d+)/g)].map(([, port]) => port);
  return { rest: `http://localhost:${restPort}`, sockets: `http://localhost:${socketPort}` };
}
