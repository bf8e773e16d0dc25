import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Peer, type Operations } from '../ipc.js';

const STOP_MS = 30_000;

/** A Node process of the benchmark, with its IPC channel. */
export interface Child<M extends Operations<M>> {
  pid: number;
  peer: Peer<M>;
  /** Sends SIGTERM, and SIGKILL if the process has not ended in time. */
  stop(): Promise<void>;
}

/** Starts a compiled module by its path from this folder; a subject is started with the probe. */
export function startChild<M extends Operations<M>>(
  name: string,
  module: string,
  options: { env?: Record<string, string>; flags?: string[]; probe: boolean },
): Child<M> {
  const probe = new URL('./probe.js', import.meta.url).href;
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), [], {
    execArgv: [
      ...(options.flags ?? []),
      ...(options.probe ? ['--expose-gc', '--import', probe, ...profiling()] : []),
    ],
    env: { ...process.env, ...options.env },
    // Ignores what a subject prints at its start; its warnings are shown.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  if (child.pid === undefined) throw new Error(`${name} did not start`);
  return { pid: child.pid, peer: new Peer<M>(name, child), stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** A free port of 127.0.0.1. Another process may take it before it is used. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** With `BENCH_PROFILE=folder`, every subject writes a CPU profile there when it ends. */
function profiling(): string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
}
