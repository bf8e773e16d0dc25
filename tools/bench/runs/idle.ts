import { setTimeout as sleep } from 'node:timers/promises';
import type { Subject } from '../subjects/subject.js';
import { startOurs, startRelay } from '../subjects/subject.js';
import type { Context } from './context.js';

/** Ids that the sending rounds do not use. */
const FIRST_USER_ID = 200_001;
const WARM_CONNECTIONS = 100;
const SETTLE_MS = 1_000;

/**
 * The memory of a connection that has sent `userOnline` and is idle: heap and resident memory of the server after a
 * full collection, with the connections minus without them, divided by their number. The server is fresh, but has had a
 * hundred connections before, so that its code and first-use caches do not count.
 */
export async function runIdle(context: Context): Promise<void> {
  const { options, progress, results } = context;
  for (const name of ['relay', 'ours'] as const) {
    if (!options.subjects.includes(name)) continue;
    progress.during(`idle connections, ${name}`);
    const server =
      name === 'ours' ? await startOurs(await context.cluster.create('bench_idle')) : await startRelay();
    try {
      const sample = await measure(context, server);
      results.idle.push({ subject: name, connections: options.idleConnections, ...sample });
      progress.line(
        `idle connections, ${name}: ${sample.heapKiB.toFixed(1)} KiB of heap, ` +
          `${sample.rssKiB.toFixed(1)} KiB resident each`,
      );
    } finally {
      await server.stop();
    }
  }
}

async function measure(context: Context, server: Subject): Promise<{ heapKiB: number; rssKiB: number }> {
  const connections = context.options.idleConnections;
  await open(context, server, WARM_CONNECTIONS);
  await context.load.request('close', { goodbye: false });
  await sleep(SETTLE_MS);
  const before = await server.probe.request('memory', null);
  const { lost } = await open(context, server, connections);
  await sleep(SETTLE_MS);
  const after = await server.probe.request('memory', null);
  await context.load.request('close', { goodbye: false });
  if (lost > 0) context.results.problems.push(`idle connections: ${lost} of ${connections} were lost`);
  const each = (bytes: number): number => bytes / connections / 1024;
  return { heapKiB: each(after.heap - before.heap), rssKiB: each(after.rss - before.rss) };
}

function open(context: Context, server: Subject, connections: number): Promise<{ lost: number }> {
  return context.load.request('openIdle', { port: server.port, connections, firstUserId: FIRST_USER_ID });
}
