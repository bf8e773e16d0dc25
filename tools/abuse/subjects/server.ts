import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppNode, type Settings } from '../../chaos/subjects/app-node.js';
import { ADDRESS_SETTINGS } from '../wire/address.js';
import type { Pulse } from './probe.js';

/** The heap of a node under attack, in megabytes. */
export const HEAP_MB = 512;

const SAMPLE_EVERY_MS = 100;
const RECOVERED_WITHIN_MS = 15_000;

/** What was measured of a node during an attack. */
export interface Vitals {
  survived: boolean;
  /** Ready again after the attack, within 15 s. */
  recovered: boolean;
  /** Highest resident memory, in megabytes; 0 where the system does not say it. */
  peakMb: number;
  /** Highest use of the heap and of buffers outside of it, in megabytes. */
  heapMb: number;
  externalMb: number;
  /** The longest stall of its event loop, in milliseconds. */
  stallMs: number;
}

export const API_KEY = randomBytes(32).toString('hex');
const JWT_SECRET = randomBytes(48).toString('base64');

/** The settings of every node of a run: tokens of the one are valid at the other. */
export function settingsOf(auth: 'jwt' | 'open', limits: 'on' | 'off'): Settings {
  const identity: Settings = auth === 'jwt' ? { JWT_SECRET, API_KEYS: API_KEY } : {};
  return {
    AUTH: auth,
    ALLOWED_ORIGINS: 'http://localhost',
    RATE_LIMITS: limits,
    LOG_LEVEL: 'error',
    ...identity,
    ...ADDRESS_SETTINGS,
  };
}

/** A node as in production, with a small heap. */
export class Server {
  private readonly vitals = { peakMb: 0, heapMb: 0, externalMb: 0, stallMs: 0 };
  private readonly sampling: NodeJS.Timeout;

  private constructor(readonly node: AppNode) {
    node.onMessage = (message) => this.hear(message);
    this.sampling = setInterval(() => this.sample(), SAMPLE_EVERY_MS);
  }

  static async start(name: string, databaseUrl: string, settings: Settings): Promise<Server> {
    const probe = new URL('./probe.js', import.meta.url).href;
    const flags = [`--max-old-space-size=${HEAP_MB}`, '--max-semi-space-size=32', `--import=${probe}`];
    return new Server(await AppNode.start(name, databaseUrl, { NODE_OPTIONS: flags.join(' '), ...settings }));
  }

  /** Forgets what was measured so far: the start, or another attack. */
  begin(): void {
    Object.assign(this.vitals, { peakMb: 0, heapMb: 0, externalMb: 0, stallMs: 0 });
    if (this.node.pid !== null) forgetPeak(this.node.pid);
  }

  /** Waits until it serves again, and returns what was measured. */
  async end(): Promise<Vitals> {
    const end = performance.now() + RECOVERED_WITHIN_MS;
    let recovered = false;
    while (this.node.pid !== null && performance.now() < end && !recovered) {
      recovered = await this.node.isReady();
      if (!recovered) await sleep(100);
    }
    this.sample();
    return { survived: this.node.pid !== null, recovered, ...this.vitals };
  }

  async stop(): Promise<void> {
    clearInterval(this.sampling);
    await this.node.kill();
  }

  private sample(): void {
    const { pid } = this.node;
    if (pid !== null) this.vitals.peakMb = Math.max(this.vitals.peakMb, peakOf(pid));
  }

  private hear(message: unknown): void {
    const pulse = (message as { abusePulse?: Pulse }).abusePulse;
    if (!pulse) return;
    this.vitals.heapMb = Math.max(this.vitals.heapMb, pulse.heapUsed / 1e6);
    this.vitals.externalMb = Math.max(this.vitals.externalMb, pulse.external / 1e6);
    this.vitals.stallMs = Math.max(this.vitals.stallMs, pulse.stallMs);
  }
}

/** Lets the kernel measure the highest resident memory from now on (man 5 proc, clear_refs). */
function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Then it is the highest since the start: more than it has to be, never less.
  }
}

/** The highest resident memory of a process so far, in megabytes; Linux only, 0 elsewhere. */
function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1_024) / 1e6;
  } catch {
    return 0;
  }
}
