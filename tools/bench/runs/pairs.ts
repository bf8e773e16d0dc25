import type { SubjectName } from '../options.js';
import { authorize, type SendSample } from '../results.js';
import type { ServerName } from '../subjects/fleet.js';
import { inTurns, leave, per, perSecond, runParams, type Context } from './context.js';

/** Connections of the database floor, as the issue defines it. */
const INSERT_CONNECTIONS = 16;
const FIRST_USER_ID = 1;

type Load = { inFlight: number } | { rate: number };

/** Measures every setting in rounds, the subjects one after the other in each. */
export async function runPairs(context: Context): Promise<void> {
  const { options, results } = context;
  for (const inFlight of options.inFlight) {
    for (let round = 0; round < options.rounds; round++) {
      for (const subject of inTurns(options.subjects, round)) {
        const sample = await runSubject(context, subject, round, { inFlight });
        results.pairs.push(sample);
        report(context, sample);
      }
    }
  }
}

/** The same pairs at a fixed rate, without the tutorial and the bare database. */
export async function runRate(context: Context): Promise<void> {
  const { options, results } = context;
  const subjects = options.subjects.filter((name) => name === 'ours' || name === 'relay');
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of inTurns(subjects, round)) {
      const sample = await runSubject(context, subject, round, { rate: options.rate });
      results.rate.push(sample);
      report(context, sample);
    }
  }
}

async function runSubject(
  context: Context,
  subject: SubjectName,
  round: number,
  load: Load,
): Promise<SendSample> {
  context.progress.during(titleOf(subject, round, load));
  if (subject === 'database') return insertRows(context, round, load);
  return sendInPairs(context, subject, round, load);
}

async function sendInPairs(
  context: Context,
  subject: ServerName,
  round: number,
  load: Load,
): Promise<SendSample> {
  const { options, fleet, results } = context;
  const server = await fleet.server(subject);
  const { pairs, address } = options;
  await context.load.request('openPairs', {
    port: server.port,
    pairs,
    firstUserId: FIRST_USER_ID,
    // The floors identify a direct chat by its two users only.
    address: subject === 'ours' ? address : 'receiver',
  });
  const result = await context.load.request('run', runParams(context, server.pid, load));
  await leave(context.load, subject, server);
  authorize(results, titleOf(subject, round, load), result.counts);
  return {
    ...shapeOf(load),
    subject,
    round,
    perSecond: perSecond(result.messages, result),
    ack: result.ack,
    receive: result.receive,
    serverUs: per(result.messages, result.cpu.server),
    databaseUs: subject === 'relay' ? 0 : per(result.messages, result.cpu.database),
    loadUs: per(result.messages, result.cpu.load),
    bytes: per(result.messages, result.bytesIn),
    counts: result.counts,
  };
}

async function insertRows(context: Context, round: number, load: Load): Promise<SendSample> {
  const inserter = await context.fleet.database();
  const { warmupMs, windowMs, watch } = runParams(context, inserter.pid, load);
  const result = await inserter.peer.request('insert', {
    connections: INSERT_CONNECTIONS,
    warmupMs,
    windowMs,
    watch,
  });
  return {
    ...shapeOf(load),
    subject: 'database',
    round,
    perSecond: perSecond(result.rows, result),
    ack: result.commit,
    receive: null,
    serverUs: null,
    databaseUs: per(result.rows, result.cpu.database),
    loadUs: per(result.rows, result.cpu.load),
    bytes: null,
    counts: null,
  };
}

function shapeOf(load: Load): { inFlight: number | null; rate: number | null } {
  return 'rate' in load ? { inFlight: null, rate: load.rate } : { inFlight: load.inFlight, rate: null };
}

function titleOf(subject: SubjectName, round: number, load: Load): string {
  const setting = 'rate' in load ? `${load.rate}/s` : `${load.inFlight} in flight`;
  return `${setting}, round ${round + 1}, ${subject}`;
}

function report({ progress }: Context, sample: SendSample): void {
  const load = sample.rate === null ? { inFlight: sample.inFlight ?? 0 } : { rate: sample.rate };
  progress.line(
    `${titleOf(sample.subject, sample.round, load).padEnd(36)} ${sample.perSecond.toFixed(0).padStart(7)} msgs/s` +
      `   ack p50 ${sample.ack.p50.toFixed(2)}  p99 ${sample.ack.p99.toFixed(2)} ms`,
  );
}
