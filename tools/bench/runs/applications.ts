import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { LoadOperations } from '../load/operations.js';
import { ownKiB } from '../memory.js';
import { cpuBetween, cpuNow } from '../proc.js';
import { authorize } from '../results.js';
import { type Child, freePort, startChild } from '../subjects/child.js';
import { startOurs, type Subject } from '../subjects/subject.js';
import { perSecond, runParams, type Context } from './context.js';

const FIRST_USER_ID = 800_001;
/** PostgreSQL allows 100 connections. */
const POOL = 8;
const PAIRS_EACH = 10;
const IN_FLIGHT = 1;
/** Milliseconds until a node that has started does only what it does for ever. */
const SETTLE_MS = 5_000;
const IDLE_MS = 20_000;

/**
 * What applications cost that share one PostgreSQL and one Redis, each with a node, a database and a prefix: idle, and while
 * people of all of them chat. First one of them, then all.
 */
export async function runApplications(context: Context): Promise<void> {
  const { options, cluster, progress, results } = context;
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  const failed = new Promise<never>((_, reject) =>
    server.once('error', () => reject(new Error('applications needs redis-server in the PATH'))),
  );
  const redis = new Redis(port);
  redis.on('error', () => undefined);
  const nodes: Subject[] = [];
  const loads: Child<LoadOperations>[] = [];
  try {
    await Promise.race([redis.ping(), failed]);
    for (const count of [...new Set([1, options.applications])]) {
      while (nodes.length < count) {
        const nr = nodes.length + 1;
        progress.during(`applications: starting number ${nr}`);
        nodes.push(
          await startOurs(await cluster.create(`bench_application_${nr}`), {
            REDIS_URL: `redis://127.0.0.1:${port}`,
            REDIS_PREFIX: `application-${nr}`,
            DATABASE_POOL: String(POOL),
          }),
        );
        loads.push(startChild<LoadOperations>('load', '../load/worker.js', { probe: false }));
      }
      progress.during(`applications: ${count}, idle`);
      await sleep(SETTLE_MS);
      const idle = await measureIdle(context, nodes, redis);
      progress.during(`applications: ${count}, at work`);
      const runs = await Promise.all(
        nodes.map(async (node, nr) => {
          const { peer } = loads[nr]!;
          const pairs = { pairs: PAIRS_EACH, firstUserId: FIRST_USER_ID, address: 'receiver' as const };
          await peer.request('openPairs', { port: node.port, ...pairs });
          const run = await peer.request('run', runParams(context, node.pid, { inFlight: IN_FLIGHT }));
          await peer.request('close', { goodbye: true });
          authorize(results, `applications, ${count}, number ${nr + 1}`, run.counts);
          return run;
        }),
      );
      const rates = runs.map((run) => perSecond(run.messages, run)).sort((one, other) => one - other);
      const work = {
        perSecond: rates.reduce((sum, rate) => sum + rate, 0),
        slowest: rates[0] ?? 0,
        ackP99: Math.max(...runs.map(({ ack }) => ack.p99)),
      };
      results.applications.push({ count, ...idle, ...work });
      progress.line(
        `applications: ${count}: ${idle.nodesMiB.toFixed(0)} MiB, ${idle.connections} connections, ` +
          `${idle.nodesPercent.toFixed(1)} % of a core idle; ${work.perSecond.toFixed(0)} msgs/s`,
      );
    }
  } finally {
    await Promise.all([...nodes, ...loads].map((one) => one.stop()));
    redis.disconnect();
    server.kill();
  }
}

async function measureIdle({ cluster }: Context, nodes: Subject[], redis: Redis) {
  const sql = new pg.Client({ connectionString: cluster.url });
  await sql.connect();
  try {
    const counts = async () => {
      const { rows } = await sql.query<{ connections: number; commits: number; bytes: number }>(
        `SELECT (SELECT count(*)::int FROM pg_stat_activity WHERE datname LIKE 'bench_application%') AS connections,
           (SELECT sum(xact_commit)::int FROM pg_stat_database WHERE datname LIKE 'bench_application%') AS commits,
           (SELECT sum(pg_database_size(datname))::float8 FROM pg_stat_database
            WHERE datname LIKE 'bench_application%') AS bytes`,
      );
      const commands = Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1]);
      return { ...rows[0]!, commands };
    };
    const watches = nodes.map(({ pid }) => ({ serverPid: pid, postmasterPid: null }));
    const whole = { serverPid: null, postmasterPid: cluster.postmasterPid };
    const cpus = () => [whole, ...watches].map((watch) => cpuNow(watch));
    const [before, cpuBefore] = [await counts(), cpus()];
    await sleep(IDLE_MS);
    const used = cpus().map((cpu, nr) => cpuBetween(cpuBefore[nr]!, cpu));
    const after = await counts();
    const percent = (micros: number) => micros / IDLE_MS / 10;
    return {
      nodesMiB: nodes.reduce((sum, { pid }) => sum + ownKiB(pid), 0) / 1024,
      nodesPercent: percent(used.reduce((sum, { server }) => sum + (server ?? 0), 0)),
      connections: after.connections,
      databasePercent: percent(used[0]?.database ?? 0),
      databasesMiB: after.bytes / 2 ** 20,
      transactions: ((after.commits - before.commits) * 1000) / IDLE_MS,
      redisCommands: ((after.commands - before.commands) * 1000) / IDLE_MS,
      redisMiB: Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]) / 2 ** 20,
    };
  } finally {
    await sql.end();
  }
}
