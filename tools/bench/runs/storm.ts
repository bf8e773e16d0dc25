import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SEED_DIRECT_CHATS, SEED_GROUPS, SEED_PEOPLE } from '../floors/storm.sql.js';
import type { Crowd, LoadOperations, RunResult } from '../load/operations.js';
import type { Peer } from '../ipc.js';
import { cpuBetween, cpuNow } from '../proc.js';
import { authorize, type StormPhase } from '../results.js';
import { startChild } from '../subjects/child.js';
import type { Subject } from '../subjects/subject.js';
import { includes, inTurns, leave, per, runParams, type Context } from './context.js';
import { written } from './written.js';

const CHATTER_ID = 400_001;
const CROWD_ID = 410_001;
const PEERS = 5;
const WATCHED = 50;
const GROUP = 100;
/** The server's PRESENCE_GRACE_MS, and a margin. */
const GRACE_MS = 5_000;
/** Presence has settled when no event has come for this long. */
const QUIET_MS = 200;
const CROWD_NICE = 10;
const LONGEST_MS = 60_000;

type Storm = Peer<LoadOperations>;

/**
 * Some users chat in pairs at a moderate rate. Meanwhile a crowd is disconnected and reconnects at once, first within
 * the grace period, then after it, when all watchers have been notified. Measures how much longer the chat waits.
 *
 * The crowd runs in a process of its own, because the process that times the chat would wait for itself. It has a lower
 * priority: it stands for thousands of other machines, whose work is not the server's.
 */
export async function runStorm(context: Context): Promise<void> {
  const { options, fleet } = context;
  const subjects = (['ours', 'relay'] as const).filter((name) => includes(context, name));
  const child = startChild<LoadOperations>('crowd', '../load/worker.js', { probe: false });
  setPriority(child.pid, CROWD_NICE);
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const subject of inTurns(subjects, round)) {
        const server = await fleet.server(subject);
        if (subject === 'ours' && round === 0) {
          await seed(context);
          await context.cluster.settle();
        }
        await chatThroughStorms(context, child.peer, server, { subject, round });
        await leave(child.peer, subject, server);
        await leave(context.load, subject, server);
      }
    }
    if (subjects.includes('ours')) await unitCosts(context, child.peer, await fleet.server('ours'));
  } finally {
    await child.stop();
  }
}

function crowdOf({ options }: Context, { port }: Subject, subject: 'ours' | 'relay'): Crowd {
  // Bare Socket.IO has no presence: its crowd only connects and identifies.
  const watched = subject === 'ours' ? Math.min(WATCHED, options.stormPeople - 1) : 0;
  return { port, people: options.stormPeople, firstUserId: CROWD_ID, watched, away: options.stormAway };
}

async function chatThroughStorms(
  context: Context,
  storm: Storm,
  server: Subject,
  of: { subject: 'ours' | 'relay'; round: number },
): Promise<void> {
  const { options, load } = context;
  const crowd = crowdOf(context, server, of.subject);
  context.progress.during(`storm, round ${of.round + 1}, ${of.subject}: ${crowd.people} users connect`);
  await storm.request('openCrowd', crowd);
  await load.request('openPairs', {
    port: server.port,
    pairs: options.pairs,
    firstUserId: CHATTER_ID,
    address: 'receiver',
  });
  await settle(context, storm, 500);
  const during = async (phase: StormPhase, what: () => Promise<number>): Promise<void> => {
    const running = load.request('run', {
      ...runParams(context, server.pid, { rate: options.stormRate }),
      windowMs: LONGEST_MS,
    });
    // The window opens, and the storm begins.
    await sleep(options.warmupMs);
    const start = performance.now();
    const backMs = await what();
    const pushes = await settle(context, storm, QUIET_MS);
    const settledMs = performance.now() - start - QUIET_MS;
    await load.request('cut', null);
    record(context, { ...of, phase, backMs, settledMs, pushes }, await running);
  };
  await during('quiet', async () => {
    await sleep(options.windowMs);
    return 0;
  });
  await during('dropped and back', async () => {
    await storm.request('dropCrowd', null);
    return (await storm.request('returnCrowd', crowd)).backMs;
  });
  if (of.subject === 'relay') return;
  await during('gone', async () => {
    await storm.request('dropCrowd', null);
    await sleep(GRACE_MS + 500);
    return 0;
  });
  await during('back after the grace period', async () => (await storm.request('returnCrowd', crowd)).backMs);
}

/** Resolves when the crowd has got no event for a while. Returns how many it got. */
async function settle({ results }: Context, storm: Storm, quietMs: number): Promise<number> {
  const { pushes, lost } = await storm.request('settleCrowd', { quietMs });
  if (lost > 0) results.problems.push(`storm: ${lost} connections of the crowd lost`);
  return pushes;
}

interface Measured {
  subject: 'ours' | 'relay';
  round: number;
  phase: StormPhase;
  backMs: number;
  settledMs: number;
  pushes: number;
}

function record({ progress, results }: Context, measured: Measured, result: RunResult): void {
  const { subject, round, phase, backMs } = measured;
  const title = `storm, round ${round + 1}, ${subject}, ${phase}`;
  authorize(results, title, result.counts);
  results.storm.push({ ...measured, ack: result.ack, receive: result.receive, counts: result.counts });
  progress.line(
    `${title}: ack p50 ${result.ack.p50.toFixed(2)}  p99 ${result.ack.p99.toFixed(2)}  max ${result.ack.max.toFixed(1)} ms` +
      (backMs > 0 ? `, all back after ${(backMs / 1000).toFixed(2)} s` : ''),
  );
}

/** The same storms with nobody chatting, so that all work of server and database is due to them. */
async function unitCosts(context: Context, storm: Storm, server: Subject): Promise<void> {
  const { progress, results, cluster, fleet } = context;
  const url = fleet.oursDatabaseUrl;
  if (url === undefined) return;
  const crowd = crowdOf(context, server, 'ours');
  const watch = { serverPid: server.pid, postmasterPid: cluster.postmasterPid };
  await storm.request('openCrowd', crowd);
  for (const [what, awayMs] of [
    ['dropped and back', 0],
    ['back after the grace period', GRACE_MS + 1_500],
  ] as const) {
    progress.during(`cost of a reconnect, ${what}`);
    await settle(context, storm, 500);
    const before = await written(url);
    const cpu = cpuNow(watch);
    await storm.request('dropCrowd', null);
    await sleep(awayMs);
    const { backMs } = await storm.request('returnCrowd', crowd);
    const pushes = await settle(context, storm, QUIET_MS);
    const used = cpuBetween(cpu, cpuNow(watch));
    const after = await written(url);
    const sample = {
      what,
      people: crowd.people,
      serverUs: per(crowd.people, used.server),
      databaseUs: per(crowd.people, used.database),
      // Two are this benchmark's own queries.
      statements: Math.max(0, after.commits - before.commits - 2),
      pushes,
      backMs,
    };
    results.stormCosts.push(sample);
    progress.line(
      `cost of a reconnect, ${what}: ${sample.serverUs?.toFixed(0) ?? '?'} µs of server CPU, ` +
        `${sample.databaseUs?.toFixed(0) ?? '?'} µs of database; ${sample.statements} statements and ${pushes} pushes in total`,
    );
  }
  await leave(storm, 'ours', server);
}

async function seed({ fleet, options }: Context): Promise<void> {
  const database = new pg.Client({ connectionString: fleet.oursDatabaseUrl });
  await database.connect();
  try {
    const people = [CROWD_ID, CROWD_ID + options.stormPeople - 1];
    await database.query(SEED_PEOPLE, people);
    await database.query(SEED_DIRECT_CHATS, [...people, PEERS]);
    await database.query(SEED_GROUPS, [...people, GROUP]);
    await database.query('ANALYZE');
  } finally {
    await database.end();
  }
}
