import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How long a server may take to start, in milliseconds. */
const PATIENCE_MS = 10_000;

const INSTALL = 'they need redis-server 7 or later in the PATH (Debian: apt-get install redis-server)';

const found = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
const major = Number(/v=(\d+)/.exec(found.stdout ?? '')?.[1] ?? 0);

/**
 * A suite that needs Redis. Where there is none it is left out, and says so; with CI=true that is a failure.
 */
export function describeWithRedis(title: string, suite: () => void): void {
  if (major >= 7) {
    describe(title, () => {
      suite();
      // Those of a test that failed before it stopped them.
      afterAll(() => Promise.all([...running].map((server) => server.stop())));
    });
  } else if (process.env.CI === 'true') {
    describe(title, () => {
      it('runs', () => {
        throw new Error(`The tests with Redis did not run: ${INSTALL}`);
      });
    });
  } else {
    process.stderr.write(`LEFT OUT: the tests of "${title}": ${INSTALL}\n`);
    describe.skip(`${title} (left out: ${INSTALL})`, suite);
  }
}

/** A Redis Cluster speaks on another port too, ten thousand above: see that there is one. */
const HIGHEST_PORT = 55_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port <= HIGHEST_PORT ? port : freePort();
}

const running = new Set<RedisServer>();

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.on('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
  });
}

/** A Redis server of a test's own, in memory only, on a free port. */
export class RedisServer {
  private child: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly args: readonly string[],
    private readonly folder: string,
  ) {}

  /** `args` go to redis-server. */
  static async start(args: readonly string[] = []): Promise<RedisServer> {
    const server = await RedisServer.notYet(args);
    await server.launch();
    return server;
  }

  /** One whose port is known, and that does not run yet. */
  static async notYet(args: readonly string[] = []): Promise<RedisServer> {
    return new RedisServer(await freePort(), args, await mkdtemp(join(tmpdir(), 'chat-redis-')));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Runs it, empty, on the port it has. */
  async launch(): Promise<void> {
    const basic = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder];
    this.child = spawn('redis-server', [...basic, '--save', '', '--appendonly', 'no', ...this.args], {
      stdio: 'ignore',
    });
    const end = Date.now() + PATIENCE_MS;
    running.add(this);
    while (!(await answers(this.port))) {
      if (Date.now() > end) throw new Error('redis-server does not answer');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** It stands still: takes connections, and answers nothing. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** It is gone at once, with all that it held. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async stop(): Promise<void> {
    running.delete(this);
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
