import { mkdirSync, writeFileSync } from 'node:fs';
import type { Percentiles } from './load/histogram.js';
import type { Counts, Faults } from './load/operations.js';
import type { Machine } from './machine.js';
import type { Options, SubjectName } from './options.js';

/** One round of pairs: as fast as the sends in flight allow, or at a fixed rate. */
export interface SendSample {
  subject: SubjectName;
  round: number;
  /** Null at a fixed rate. */
  inFlight: number | null;
  /** Null in the closed loop. */
  rate: number | null;
  perSecond: number;
  ack: Percentiles;
  receive: Percentiles | null;
  /** CPU time per message, in microseconds; null where it is not known. */
  serverUs: number | null;
  databaseUs: number | null;
  loadUs: number | null;
  /** Bytes that the clients received per message. */
  bytes: number | null;
  counts: Counts | null;
}

/** Memory of idle connections, per connection and in KiB. */
export interface IdleSample {
  subject: SubjectName;
  connections: number;
  heapKiB: number;
  rssKiB: number;
}

export interface GroupSample {
  subject: SubjectName;
  round: number;
  size: number;
  /** How it was sent: `100 msgs/s`, `4 in flight`. */
  load: string;
  copiesPerSecond: number;
  /** Server CPU time per delivered copy, in microseconds. */
  serverUsPerCopy: number | null;
  ack: Percentiles;
  receive: Percentiles;
  counts: Counts;
}

/** A round in the large group. CPU times in microseconds. */
export interface LargeGroupSample {
  subject: SubjectName;
  round: number;
  senders: number;
  /** How it was sent: `20 msgs/s`, `saturated`. */
  load: string;
  perSecond: number;
  /** Per message. */
  serverUs: number | null;
  databaseUs: number | null;
  serverUsPerCopy: number | null;
  databaseUsPerCopy: number | null;
  loadUsPerCopy: number | null;
  ack: Percentiles;
  receive: Percentiles;
  last: Percentiles;
  counts: Counts;
}

/** Other commands in a group; costs and pushes per command. */
export interface GroupCommandSample {
  round: number;
  size: number;
  what: string;
  commands: number;
  perSecond: number;
  serverUs: number | null;
  databaseUs: number | null;
  pushes: number;
  answers: Record<string, Percentiles>;
}

/** Rows written per message, by table. */
export interface GroupRowsSample {
  size: number;
  senders: number;
  messages: number;
  chats: number;
  members: number;
}

export type StormPhase = 'quiet' | 'dropped and back' | 'gone' | 'back after the grace period';

/** Latencies of the users who chat while a crowd comes or goes. */
export interface StormSample {
  subject: SubjectName;
  round: number;
  phase: StormPhase;
  ack: Percentiles;
  receive: Percentiles;
  /** Time until everybody had reconnected and was answered, and until no more events came. */
  backMs: number;
  settledMs: number;
  /** Events pushed to the crowd. */
  pushes: number;
  counts: Counts;
}

/** The cost of a storm by itself: CPU per user, statements and events in total. */
export interface StormCost {
  what: StormPhase;
  people: number;
  serverUs: number | null;
  databaseUs: number | null;
  statements: number;
  pushes: number;
  backMs: number;
}

/** `sql`: bare SQL by a driver. `carried`: the same behind bare Socket.IO. `ours`: the server's command. */
export type ReadVia = 'sql' | 'carried' | 'ours';

export interface ReadSample {
  what: 'history' | 'chatList';
  via: ReadVia;
  round: number;
  tableRows: number;
  connections: number;
  perSecond: number;
  latency: Percentiles;
  rows: number;
  bytes: number;
}

/** Latencies of users who chat while a chat is purged, or nothing is. CPU in cores. */
export interface PurgeSample {
  subject: SubjectName;
  round: number;
  phase: 'quiet' | 'purging';
  ms: number;
  purged: number;
  ack: Percentiles;
  receive: Percentiles;
  serverCores: number | null;
  databaseCores: number | null;
  counts: Counts;
}

/** An export of a chat. Memory is resident; CPU per message, in microseconds. */
export interface ExportSample {
  what: 'a tenth' | 'all' | 'all, paused';
  messages: number;
  lines: number;
  bytes: number;
  ms: number;
  /** For how long the reader took nothing. */
  pauseMs: number;
  beforeKiB: number;
  peakKiB: number;
  serverUs: number | null;
  databaseUs: number | null;
}

/** Applications that share one PostgreSQL and one Redis: sums over all of them. CPU in percent of a core. */
export interface ApplicationsSample {
  count: number;
  nodesMiB: number;
  nodesPercent: number;
  connections: number;
  databasePercent: number;
  databasesMiB: number;
  transactions: number;
  redisCommands: number;
  redisMiB: number;
  perSecond: number;
  slowest: number;
  ackP99: number;
}

export interface Results {
  startedAt: string;
  finishedAt: string;
  machine: Machine;
  database: Record<string, string>;
  options: Options;
  pairs: SendSample[];
  rate: SendSample[];
  idle: IdleSample[];
  group: GroupSample[];
  largeGroup: LargeGroupSample[];
  groupCommands: GroupCommandSample[];
  groupRows: GroupRowsSample[];
  storm: StormSample[];
  stormCosts: StormCost[];
  reads: ReadSample[];
  purge: PurgeSample[];
  exports: ExportSample[];
  applications: ApplicationsSample[];
  /** Messages sent outside the samples. */
  otherSends: number;
  /** What was left out and why. */
  notes: string[];
  /** Wrong answers, not slow ones: any of them makes the run fail. */
  problems: string[];
}

export function emptyResults(options: Options, machine: Machine, database: Record<string, string>): Results {
  return {
    startedAt: new Date().toISOString(),
    finishedAt: '',
    machine,
    database,
    options,
    pairs: [],
    rate: [],
    idle: [],
    group: [],
    largeGroup: [],
    groupCommands: [],
    groupRows: [],
    storm: [],
    stormCosts: [],
    reads: [],
    purge: [],
    exports: [],
    applications: [],
    otherSends: 0,
    notes: [],
    problems: [],
  };
}

/** Adds the failures of a load: commands refused or not answered, connections lost. */
export function judgeAnswers(results: Results, title: string, faults: Faults): void {
  const errors = Object.entries(faults.errors).map(([code, number]) => `${number} × ${code}`);
  if (errors.length > 0) results.problems.push(`${title}: error acks: ${errors.join(', ')}`);
  if (faults.unanswered > 0)
    results.problems.push(`${title}: ${faults.unanswered} commands were not answered`);
  if (faults.lostConnections > 0) {
    results.problems.push(`${title}: ${faults.lostConnections} connections lost`);
  }
}

/** The same for sends, and copies that never arrived. */
export function authorize(results: Results, title: string, counts: Counts): void {
  judgeAnswers(results, title, counts);
  if (counts.receivedCopies !== counts.expectedCopies) {
    results.problems.push(
      `${title}: ${counts.receivedCopies} copies received of the ${counts.expectedCopies} acked`,
    );
  }
}

/** Writes the results as JSON; creates the folder. */
export function saveResults(results: Results, file: URL): void {
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}
