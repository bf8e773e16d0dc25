import type { SubjectName } from '../options.js';
import type {
  GroupCommandSample,
  GroupSample,
  LargeGroupSample,
  ReadSample,
  Results,
  SendSample,
  StormSample,
} from '../results.js';
import { medianOfKnown } from '../statistics.js';
import { distinct } from './summary.js';

/** The medians over the rounds of one setting. Milliseconds, microseconds and bytes as in the samples. */
export interface SendRow {
  subject: SubjectName;
  inFlight: number | null;
  rate: number | null;
  perSecond: number | null;
  ack: Latency;
  receive: Latency;
  serverUs: number | null;
  databaseUs: number | null;
  loadUs: number | null;
  bytes: number | null;
}

export interface Latency {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

export interface GroupRow {
  subject: SubjectName;
  load: string;
  copiesPerSecond: number | null;
  serverUsPerCopy: number | null;
  ackP99: number | null;
  receiveP99: number | null;
}

export interface LargeGroupRow {
  subject: SubjectName;
  senders: number;
  load: string;
  perSecond: number | null;
  serverUs: number | null;
  databaseUs: number | null;
  serverUsPerCopy: number | null;
  ack: Latency;
  receive: Latency;
  last: Latency;
}

export interface GroupCommandRow {
  size: number;
  what: string;
  serverUs: number | null;
  databaseUs: number | null;
  pushes: number | null;
  /** The longest of the commands' medians. */
  p50: number | null;
}

export interface StormRow {
  subject: SubjectName;
  phase: StormSample['phase'];
  ack: Latency;
  receive: Latency;
  backMs: number | null;
  settledMs: number | null;
  pushes: number | null;
}

export interface ReadRow {
  what: ReadSample['what'];
  via: ReadSample['via'];
  tableRows: number;
  connections: number;
  perSecond: number | null;
  latency: Latency;
  rows: number | null;
  bytes: number | null;
}

/** Rows of pairs and of the fixed rate, in the order of their first measurement. */
export function sendRows({ pairs, rate }: Pick<Results, 'pairs' | 'rate'>): SendRow[] {
  return groups([...pairs, ...rate], (s) => [s.rate, s.inFlight, s.subject]).map((samples): SendRow => {
    const of = (value: (sample: SendSample) => number | null): number | null =>
      medianOfKnown(samples.map(value));
    const [{ subject, inFlight, rate }] = samples;
    return {
      subject,
      inFlight,
      rate,
      perSecond: of((s) => s.perSecond),
      ack: latencyOf(samples.map((s) => s.ack)),
      receive: latencyOf(samples.map((s) => s.receive)),
      serverUs: of((s) => s.serverUs),
      databaseUs: of((s) => s.databaseUs),
      loadUs: of((s) => s.loadUs),
      bytes: of((s) => s.bytes),
    };
  });
}

export function groupRows({ group }: Pick<Results, 'group'>): GroupRow[] {
  return groups(group, (s) => [s.load, s.subject]).map((samples): GroupRow => {
    const of = (value: (sample: GroupSample) => number | null): number | null =>
      medianOfKnown(samples.map(value));
    const [{ subject, load }] = samples;
    return {
      subject,
      load,
      copiesPerSecond: of((s) => s.copiesPerSecond),
      serverUsPerCopy: of((s) => s.serverUsPerCopy),
      ackP99: of((s) => s.ack.p99),
      receiveP99: of((s) => s.receive.p99),
    };
  });
}

export function largeGroupRows({ largeGroup }: Pick<Results, 'largeGroup'>): LargeGroupRow[] {
  return groups(largeGroup, (s) => [s.senders, s.load, s.subject]).map((samples): LargeGroupRow => {
    const of = (value: (sample: LargeGroupSample) => number | null): number | null =>
      medianOfKnown(samples.map(value));
    const [{ subject, senders, load }] = samples;
    return {
      subject,
      senders,
      load,
      perSecond: of((s) => s.perSecond),
      serverUs: of((s) => s.serverUs),
      databaseUs: of((s) => s.databaseUs),
      serverUsPerCopy: of((s) => s.serverUsPerCopy),
      ack: latencyOf(samples.map((s) => s.ack)),
      receive: latencyOf(samples.map((s) => s.receive)),
      last: latencyOf(samples.map((s) => s.last)),
    };
  });
}

export function groupCommandRows({ groupCommands }: Pick<Results, 'groupCommands'>): GroupCommandRow[] {
  return groups(groupCommands, (s) => [s.size, s.what]).map((samples): GroupCommandRow => {
    const of = (value: (sample: GroupCommandSample) => number | null): number | null =>
      medianOfKnown(samples.map(value));
    const [{ size, what }] = samples;
    return {
      size,
      what,
      serverUs: of((s) => s.serverUs),
      databaseUs: of((s) => s.databaseUs),
      pushes: of((s) => s.pushes),
      p50: of((s) => Math.max(...Object.values(s.answers).map(({ p50 }) => p50))),
    };
  });
}

export function stormRows({ storm }: Pick<Results, 'storm'>): StormRow[] {
  return groups(storm, (s) => [s.subject, s.phase]).map((samples): StormRow => {
    const of = (value: (sample: StormSample) => number | null): number | null =>
      medianOfKnown(samples.map(value));
    const [{ subject, phase }] = samples;
    return {
      subject,
      phase,
      ack: latencyOf(samples.map((s) => s.ack)),
      receive: latencyOf(samples.map((s) => s.receive)),
      backMs: of((s) => s.backMs),
      settledMs: of((s) => s.settledMs),
      pushes: of((s) => s.pushes),
    };
  });
}

export function readRows({ reads }: Pick<Results, 'reads'>): ReadRow[] {
  return groups(reads, (s) => [s.what, s.tableRows, s.connections, s.via]).map((samples): ReadRow => {
    const of = (value: (sample: ReadSample) => number | null): number | null =>
      medianOfKnown(samples.map(value));
    const [{ what, via, tableRows, connections }] = samples;
    return {
      what,
      via,
      tableRows,
      connections,
      perSecond: of((s) => s.perSecond),
      latency: latencyOf(samples.map((s) => s.latency)),
      rows: of((s) => s.rows),
      bytes: of((s) => s.bytes),
    };
  });
}

function latencyOf(samples: ({ p50: number; p95: number; p99: number } | null)[]): Latency {
  return {
    p50: medianOfKnown(samples.map((s) => s?.p50 ?? null)),
    p95: medianOfKnown(samples.map((s) => s?.p95 ?? null)),
    p99: medianOfKnown(samples.map((s) => s?.p99 ?? null)),
  };
}

/** The samples by setting; none of the groups is empty. */
function groups<S>(samples: S[], settingOf: (sample: S) => unknown[]): [S, ...S[]][] {
  const keys = distinct(samples.map((sample) => JSON.stringify(settingOf(sample))));
  return keys.map(
    (key) => samples.filter((sample) => JSON.stringify(settingOf(sample)) === key) as [S, ...S[]],
  );
}
