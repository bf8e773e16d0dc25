import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Loaded into a server under attack. Several times a second it tells the harness how the server is. */

const EVERY_MS = 200;

/** How a server is, as plain data. */
export interface Pulse {
  /** Bytes of the heap in use, and of buffers outside of it. */
  heapUsed: number;
  external: number;
  /** The longest stall of its event loop since the last pulse, in milliseconds. */
  stallMs: number;
}

const delays = monitorEventLoopDelay({ resolution: 10 });
delays.enable();
setInterval(() => {
  const { heapUsed, external } = process.memoryUsage();
  const stallMs = delays.max / 1e6;
  delays.reset();
  if (process.connected) process.send?.({ abusePulse: { heapUsed, external, stallMs } satisfies Pulse });
}, EVERY_MS).unref();
