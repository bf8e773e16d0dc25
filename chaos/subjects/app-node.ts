import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fixedPort } from './ports.js';

const READY_WITHIN_MS = 60_000;

/** What the server promises for SIGTERM. */
const STOP_WITHIN_MS = 25_000;

/** Lines of the log that are kept. */
const KEPT_LINES = 5_000;

/** What an unhandled rejection or an uncaught exception leaves, whoever caught it in the end. */
const UNHANDLED = /unhandled|uncaught|Node\.js v\d+/i;

/** One node of the server, a process of its own: killed and started again it keeps its ports. */
export class AppNode {
  private child: ChildProcess | null = null;
  private readonly lines: string[] = [];
  /** What must not happen: ended by itself, unhandled rejections, a stop that took too long. */
  readonly faults: string[] = [];

  private constructor(
    private readonly name: string,
    private readonly databaseUrl: string,
    readonly httpPort: number,
    readonly socketPort: number,
  ) {}

  /** Resolves when it is ready to serve. */
  static async start(name: string, databaseUrl: string): Promise<AppNode> {
    const node = new AppNode(name, databaseUrl, await fixedPort(), await fixedPort());
    await node.launch();
    return node;
  }

  /** Starts it (again), on the same ports and database. Resolves when it is ready to serve. */
  async launch(): Promise<void> {
    const leash = new URL('./leash.js', import.meta.url).href;
    const main = fileURLToPath(new URL('../../main.js', import.meta.url));
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
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    child.stdout?.on('data', (chunk: Buffer) => this.keep(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.keep(chunk));
    child.once('exit', (code, signal) => {
      if (this.child !== child) return;
      const unhandled = this.lines.find((line) => UNHANDLED.test(line)) ?? '';
      const words = this.lines.slice(this.lines.indexOf(unhandled)).slice(0, 14).join('\n    ');
      this.faults.push(`${this.name} ended by itself (${signal ?? code})\n    ${words}`);
    });
    await this.untilReady(child);
  }

  /** SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.release();
    child?.kill('SIGKILL');
    if (child) await ended(child);
  }

  /** SIGTERM, as an operator stops it. */
  async stop(): Promise<void> {
    const child = this.release();
    if (!child) return;
    const timer = setTimeout(() => {
      this.faults.push(`${this.name} did not stop within ${STOP_WITHIN_MS / 1_000} s of SIGTERM`);
      child.kill('SIGKILL');
    }, STOP_WITHIN_MS + 2_000);
    child.kill('SIGTERM');
    await ended(child);
    clearTimeout(timer);
    const unhandled = this.lines.find((line) => UNHANDLED.test(line));
    if (unhandled !== undefined) this.faults.push(`${this.name} has in its log: ${unhandled.slice(0, 300)}`);
  }

  /** What it logged: each message once, with how often. */
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
    const isReady = async (): Promise<boolean> => {
      const response = await fetch(`http://127.0.0.1:${this.httpPort}/health/ready`).catch(() => null);
      await response?.body?.cancel();
      return response?.status === 200;
    };
    while (!(await isReady())) {
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

/** A JSON line of the log without what differs each time; null for what the server says at its start. */
function summaryOf(line: string): string | null {
  try {
    const { level, context, msg } = JSON.parse(line) as { level: number; context?: string; msg?: string };
    return `${level >= 50 ? 'error' : 'warning'}: ${context ?? ''} ${msg ?? ''}`.replaceAll(/\d+/g, '#');
  } catch {
    return UNHANDLED.test(line) ? line : null;
  }
}
