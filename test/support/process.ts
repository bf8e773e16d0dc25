import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, realpath, rm, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment } from '../../src/config/environment.js';
import { isServer, readPostmasterPid } from '../../src/database/embedded/postmaster.js';
import { projectRoot } from '../../src/common/project-root.js';
import { wireOfThisRun } from './wire.js';
import { type Database, freshDatabase } from './cluster.js';

/** How long a test waits for a program to say or do something, in milliseconds. A cold start comes with an initdb. */
const PATIENCE_MS = 60_000;

/** Our own environment without what configures the app: a test says what its program gets. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) => !(name in environment) && !name.startsWith('npm_'),
  );
  return Object.fromEntries(ours);
}

/** A program of an installation, in a process group of its own. */
export class Program {
  private readonly child: ChildProcess;
  private heard = '';
  private wake: (() => void)[] = [];
  /** The exit code; null when a signal ended it. */
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

  /** All that it has written so far, to either stream. */
  get output(): string {
    return this.heard;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Waits until its output matches. @throws Error when it ends first, with what it said. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const match = pattern.exec(this.heard);
      if (match) return match;
      const ended = this.child.exitCode !== null || this.child.signalCode !== null;
      if (ended || Date.now() > end) throw new Error(`It did not say ${String(pattern)}:\n${this.heard}`);
      await new Promise<void>((resolve) => {
        this.wake.push(resolve);
        setTimeout(resolve, 100);
      });
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Whether anything of its process group is left. */
  get isGroupAlive(): boolean {
    try {
      process.kill(-this.pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  /** Ends whatever is left of it. */
  end(): void {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    if (process.platform === 'win32') this.child.kill('SIGKILL');
    else process.kill(-this.pid, 'SIGKILL');
  }
}

/** What a program that serves has told. */
export interface Addresses {
  rest: string;
  sockets: string;
}

/** The built project in a folder of its own, so that its data are not the developer's. */
export class Installation {
  private readonly programs: Program[] = [];

  private constructor(readonly folder: string) {}

  static async make(): Promise<Installation> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'chat-installed-')));
    // For root PostgreSQL runs as somebody else, who has to get in.
    await chmod(folder, 0o755);
    const copied = ['dist', 'migrations', 'scripts', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
    for (const name of copied) {
      await cp(join(projectRoot(), name), join(folder, name), { recursive: true });
    }
    for (const name of ['node_modules', 'src']) await symlink(join(projectRoot(), name), join(folder, name));
    // `npm start` finds it newer than what it is made of, and does not build it again.
    const now = new Date();
    await utimes(join(folder, 'dist', '.built'), now, now);
    return new Installation(folder);
  }

  /** The server, on free ports and without limits unless `variables` say otherwise. */
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

  /** Where its PostgreSQL keeps its files. */
  get pgData(): string {
    return join(this.folder, '.data', 'postgres', 'pgdata');
  }

  /** Whether its PostgreSQL runs. */
  async hasPostgres(): Promise<boolean> {
    const found = await readPostmasterPid(this.pgData);
    return found !== undefined && (await isServer(found.pid, this.pgData));
  }

  async remove(): Promise<void> {
    for (const program of this.programs) program.end();
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end && (await this.hasPostgres());) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await rm(this.folder, { recursive: true, force: true });
    // What root keeps elsewhere for a project that PostgreSQL's user can't reach: see places.ts.
    const stray = createHash('sha256').update(this.folder).digest('hex').slice(0, 12);
    await rm(`/var/tmp/chat-postgres-${stray}`, { recursive: true, force: true });
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

/** Waits until the program serves; where. */
export async function serving(program: Program): Promise<Addresses> {
  const [whole, http, socket] = await program.says(
    /"httpPort":(\d+),"socketPort":(\d+)|REST +http:\S+:(\d+)\s+Socket\.IO +http:\S+:(\d+)[\s\S]*Ctrl-C stops it/,
  );
  const [restPort, socketPort] = http
    ? [http, socket]
    : [...whole.matchAll(/localhost:(\d+)/g)].map(([, port]) => port);
  return { rest: `http://localhost:${restPort}`, sockets: `http://localhost:${socketPort}` };
}
