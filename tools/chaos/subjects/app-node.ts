import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fixedPort } from './ports.js';

const MAIN = fileURLToPath(new URL('../../../main.js', import.meta.url));

const READY_WITHIN_MS = 60_000;

/** The promised time for SIGTERM. */
const STOP_WITHIN_MS = 25_000;

/** Most log lines that are kept. */
const KEPT_LINES = 5_000;

/** The trace of an unhandled rejection or an uncaught exception in the log. */
const UNHANDLED = /unhandled|uncaught|Node\.js v\d+/i;

/** Environment variables besides the usual ones. */
export type Settings = Readonly<Record<string, string>>;

/** How a node ended on SIGTERM. */
export interface Stop {
  code: number | null;
  seconds: number;
}

/** One node of the server, in a process of its own. It keeps its ports when it is killed and started again. */
export class AppNode {
  private child: ChildProcess | null = null;
  private readonly lines: string[] = [];
  /** What must not happen: an unexpected end, unhandled rejections, a stop that took too long. */
  readonly faults: string[] = [];
  /** Hears what a module that is loaded into the server sends to the harness. */
  onMessage: ((message: unknown) => void) | null = null;

  private constructor(
    private readonly name: string,
    private readonly databaseUrl: string,
    private readonly settings: Settings,
    readonly httpPort: number,
    readonly socketPort: number,
  ) {}

  /** Resolves when it is ready to serve. */
  static async start(name: string, databaseUrl: string, settings: Settings): Promise<AppNode> {
    const node = new AppNode(name, databaseUrl, settings, await fixedPort(), await fixedPort());
    await node.launch();
    return node;
  }

  /**
   * Starts it (again), on the same ports and database. Resolves when it is ready to serve.
   *
   * @param main the server's entry file, to start another version.
   */
  async launch(main = MAIN): Promise<void> {
    const leash = new URL('./leash.js', import.meta.url).href;
    const child = spawn(process.execPath, ['--enable-source-maps', '--import', leash, main], {
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        AUTH: 'open',
        HOST: '127.0.0.1',
        PORT: String(this.httpPort),
        SOCKET_PORT: String(this.socketPort),
        DATABASE_URL: this.databaseUrl,
        LOG_LEVEL: 'warn',
        RATE_LIMITS: 'off',
        ...this.settings,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    child.stdout?.on('data', (chunk: Buffer) => this.keep(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.keep(chunk));
    child.on('message', (message) => this.onMessage?.(message));
    child.once('exit', (code, signal) => {
      if (this.child !== child) return;
      const unhandled = this.lines.find((line) => UNHANDLED.test(line)) ?? '';
      const words = this.lines.slice(this.lines.indexOf(unhandled)).slice(0, 14).join('\n    ');
      this.faults.push(`${this.name} ended by itself (${signal ?? code})\n    ${words}`);
    });
    await this.untilReady(child);
  }

  /** Its process; null when it has ended. */
  get pid(): number | null {
    const { child } = this;
    return child?.exitCode === null && child.signalCode === null ? (child.pid ?? null) : null;
  }

  /** SIGKILL. Resolves when the process has ended. */
  async kill(): Promise<void> {
    const child = this.release();
    child?.kill('SIGKILL');
    if (child) await ended(child);
  }

  /** SIGSTOP: its connections stay open, without any answers. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** Its resident memory in bytes; Linux only, 0 elsewhere. */
  async memory(): Promise<number> {
    const status = await readFile(`/proc/${this.child?.pid}/status`, 'utf8').catch(() => '');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024;
  }

  /** The readiness check of a load balancer. */
  async isReady(): Promise<boolean> {
    return (await this.health()) !== null;
  }

  /** The health of its parts; null while it is not ready. */
  async health(): Promise<Record<string, unknown> | null> {
    const response = await fetch(`http://127.0.0.1:${this.httpPort}/health/ready`, {
      signal: AbortSignal.timeout(3_000),
    }).catch(() => null);
    if (response?.status === 200) return (await response.json()) as Record<string, unknown>;
    await response?.body?.cancel();
    return null;
  }

  /** Sends a REST request as that user or as the application. @throws Error unless the answer is 2xx. */
  async request<T>(method: string, path: string, userId?: number, body?: object): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${this.httpPort}${path}`, {
      method,
      headers: {
        ...(userId === undefined ? {} : { 'X-User-Id': String(userId) }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok)
      throw new Error(
        `${method} ${path} was answered with HTTP ${response.status}: ${await response.text()}`,
      );
    return (await response.json()) as T;
  }

  /** Ids of the users who are online according to this node; at most 1,000. */
  async online(): Promise<Set<number>> {
    const people = await this.request<{ userId: number }[]>('GET', '/users/online');
    return new Set(people.map(({ userId }) => userId));
  }

  /** SIGTERM, like an operator. Broken promises are added to `faults`. */
  async stop(): Promise<Stop> {
    const child = this.release();
    if (!child) return { code: 0, seconds: 0 };
    const began = performance.now();
    const timer = setTimeout(() => {
      this.faults.push(`${this.name} did not stop within ${STOP_WITHIN_MS / 1_000} s of SIGTERM`);
      child.kill('SIGKILL');
    }, STOP_WITHIN_MS + 2_000);
    child.kill('SIGTERM');
    await ended(child);
    clearTimeout(timer);
    const unhandled = this.lines.find((line) => UNHANDLED.test(line));
    if (unhandled !== undefined) this.faults.push(`${this.name} has in its log: ${unhandled.slice(0, 300)}`);
    if (child.exitCode !== null && child.exitCode !== 0)
      this.faults.push(`${this.name} ended with code ${child.exitCode} after SIGTERM`);
    return { code: child.exitCode, seconds: (performance.now() - began) / 1_000 };
  }

  /** Its log: each message once, with its count. */
  log(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const line of this.lines) {
      const text = summaryOf(line);
      if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    return counts;
  }

  private release(): ChildProcess | null {
    const { child } = this;
    this.child = null;
    return child !== null && child.exitCode === null && child.signalCode === null ? child : null;
  }

  private keep(chunk: Buffer): void {
    for (const line of chunk.toString().split('\n')) {
      if (line.trim() !== '' && this.lines.length < KEPT_LINES) this.lines.push(line);
    }
  }

  private async untilReady(child: ChildProcess): Promise<void> {
    const end = performance.now() + READY_WITHIN_MS;
    while (!(await this.isReady())) {
      if (child.exitCode !== null || performance.now() > end) {
        throw new Error(`${this.name} did not start:\n${this.lines.slice(-10).join('\n')}`);
      }
      await sleep(25);
    }
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** A JSON line of the log without its variable parts; null for lines of the server's start. */
function summaryOf(line: string): string | null {
  try {
    const { level, context, msg } = JSON.parse(line) as { level: number; context?: string; msg?: string };
    return `${level >= 50 ? 'error' : 'warning'}: ${context ?? ''} ${msg ?? ''}`.replaceAll(/\d+/g, '#');
  } catch {
    return UNHANDLED.test(line) ? line : null;
  }
}
