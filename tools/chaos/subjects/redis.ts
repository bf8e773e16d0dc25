import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fixedPort } from './ports.js';

const START_WITHIN_MS = 20_000;

/** The minimum version, the first with sharded pub/sub. */
const VERSION = 7;

const running = new Set<Redis>();
// However this process exits; frozen servers too.
process.once('exit', () => Redis.closeAll());

/** Why Redis can't run here; null: it can. */
export function lacksRedis(): string | null {
  const { stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
  const major = Number(/v=(\d+)/.exec(stdout ?? '')?.[1] ?? 0);
  if (major >= VERSION) return null;
  return `it needs redis-server ${VERSION} or later in the PATH (Debian: apt-get install redis-server)`;
}

/** An own Redis, in memory only: after a kill and a new launch it is empty, on the same port. */
export class Redis {
  private child: ChildProcess | null = null;
  private readonly folder = mkdtempSync(join(tmpdir(), 'chat-chaos-redis-'));

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
  ) {
    running.add(this);
  }

  /** A Redis that is not running yet. `args` go to redis-server. */
  static async notYet(args: readonly string[] = []): Promise<Redis> {
    return new Redis(await fixedPort(), args);
  }

  /** A Redis that answers. */
  static async start(args: readonly string[] = []): Promise<Redis> {
    const redis = await Redis.notYet(args);
    await redis.launch();
    return redis;
  }

  /** The servers of this process that are not closed yet. */
  static closeAll(): void {
    for (const redis of running) redis.close();
  }

  static urlOf(port: number): string {
    return `redis://127.0.0.1:${port}`;
  }

  get url(): string {
    return Redis.urlOf(this.port);
  }

  /** Starts it, empty. Resolves when it answers. */
  async launch(): Promise<void> {
    const where = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    const args = [...where, '--save', '', '--appendonly', 'no', ...this.args];
    const child = spawn('redis-server', args, { stdio: 'ignore' });
    this.child = child;
    const end = performance.now() + START_WITHIN_MS;
    while (!(await answers(this.port))) {
      if (child.exitCode !== null || performance.now() > end) throw new Error('redis-server did not start');
      await sleep(20);
    }
  }

  /** SIGSTOP: the kernel still accepts connections, but nothing answers. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  close(): void {
    running.delete(this);
    this.child?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.on('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
  });
}
