import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { keeperFile } from './places.js';

/** What keeper.mjs is told. */
export interface Plan {
  serverPath: string;
  databaseUrl: string | null;
  database: string;
  env: Record<string, string>;
}

/** Where the server can be reached. */
export interface Serving {
  port: number;
  databaseUrl: string;
  clusterUrl: string;
}

type Said = { log?: string; folder?: string; serving?: Serving; failed?: string };

/** Most characters of the log that are kept. */
const LOG_KEPT = 1_000_000;

/** Most characters of the log in an error. */
const LOG_SHOWN = 4_000;

/** What would change how Node runs the server, or makes it write the coverage of the tests. */
const NOT_INHERITED = /^(NODE_OPTIONS|NODE_V8_COVERAGE|NODE_CHANNEL_.*|npm_.*)$/;

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name)));
}

/** The process that keeps PostgreSQL and the server running, as long as this one runs. */
export class Keeper {
  /** What PostgreSQL's start and the server have printed, at most the last million characters. */
  log = '';
  /** The folder of the PostgreSQL of its own; undefined: it uses another. */
  folder: string | undefined;
  private served: Serving | null = null;
  private failure: string | null = null;
  private wake: () => void = () => undefined;
  private stopped: Promise<void> | undefined;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (said: Said) => this.hear(said));
    child.stderr!.on('data', (chunk: Buffer) => this.hear({ log: chunk.toString() }));
    child.once('error', (error) => this.hear({ failed: error.message }));
    child.once('exit', () => this.hear({ failed: 'the process that keeps it has ended' }));
  }

  /**
   * Starts everything, and waits until the server serves.
   *
   * @throws Error with the log, when it does not. Then nothing is left running.
   */
  static async start(plan: Plan, withinMs: number): Promise<Keeper> {
    const child = spawn(process.execPath, [keeperFile()], {
      env: environment(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Ctrl-C in a terminal must not reach it: it hears of the end of this process and then ends what it has started.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    const keeper = new Keeper(child);
    child.send({ plan });
    try {
      await keeper.untilServing(withinMs);
    } catch (error) {
      await keeper.stop();
      throw error;
    }
    keeper.keepsProcess(false);
    return keeper;
  }

  get serving(): Serving {
    return this.served!;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Ends the server and starts it again on the same port and database. `kill`: as a crash, else as a deployment does. */
  async restart(how: 'restart' | 'kill', withinMs: number): Promise<void> {
    this.served = null;
    this.failure = null;
    this.keepsProcess(true);
    this.child.send(how);
    try {
      await this.untilServing(withinMs);
    } finally {
      this.keepsProcess(false);
    }
  }

  /** Ends the server and its PostgreSQL, and removes their data. */
  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }

  private async end(): Promise<void> {
    if (this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null)
      return;
    this.keepsProcess(true);
    const exited = once(this.child, 'exit');
    if (this.child.connected) this.child.send('stop', () => undefined);
    await exited;
  }

  private async untilServing(withinMs: number): Promise<void> {
    const end = Date.now() + withinMs;
    while (!this.served) {
      if (this.failure !== null) throw this.error(this.failure);
      if (Date.now() > end) throw this.error(`it was not ready within ${withinMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, end - Date.now()) + 1);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  private error(why: string): Error {
    const log = this.log.trim();
    const shown = log.length > LOG_SHOWN ? `…${log.slice(-LOG_SHOWN)}` : log;
    return new Error(`The chat server did not start: ${why}.${shown && ` It printed:\n${shown}`}`);
  }

  private hear({ log, folder, serving, failed }: Said): void {
    if (log !== undefined) this.log = (this.log + log).slice(-LOG_KEPT);
    if (folder !== undefined) this.folder = folder;
    if (serving) this.served = serving;
    if (failed !== undefined && !this.stopped) this.failure ??= failed;
    this.wake();
  }

  /** A test that has forgotten to stop the server still ends, and the server with it. */
  private keepsProcess(keeps: boolean): void {
    for (const handle of [this.child, this.child.channel, this.child.stderr as Socket | null]) {
      if (keeps) handle?.ref();
      else handle?.unref();
    }
  }
}
