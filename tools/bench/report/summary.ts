import { medianOfKnown, ratioOfRounds } from '../statistics.js';
import type {
  GroupSample,
  LargeGroupSample,
  ReadSample,
  ReadVia,
  Results,
  SendSample,
  StormPhase,
  StormSample,
} from '../results.js';
import type { SubjectName } from '../options.js';

/** A promised figure beside the measured one. */
export interface Finding {
  what: string;
  unit: '×' | 'ms';
  /** Null if it was not measured. */
  measured: number | null;
  /** Null: shown without a promise. */
  target: number | null;
  /** Whether the target is a minimum or a maximum. */
  bound: 'at least' | 'at most';
  /** The best result of a trial without any of the checks, to show what is possible. */
  lab: number | null;
}

/** Minimum ratios to the bare relay and to the tutorial, by sends in flight, and the best of the trial. */
const THROUGHPUT_TARGETS: Record<number, { relay: number; lab: number; tutorial: number }> = {
  1: { relay: 1.2, lab: 1.8, tutorial: 15 },
  4: { relay: 1.5, lab: 2.7, tutorial: 20 },
  16: { relay: 2.0, lab: 4.4, tutorial: 40 },
};
const DATABASE_TARGET = { inFlight: 4, times: 2 };
const RATE_P99_MS = 15;
const IDLE_TIMES = 1.3;
const READ_TIMES = 2;
const STORM_TIMES = 3;

export function findings(results: Results): Finding[] {
  return [
    ...throughput(results.pairs),
    ...fixedRate(results),
    ...idle(results),
    ...group(results.group),
    ...largeGroup(results.largeGroup),
    ...storm(results.storm),
    ...reads(results.reads),
  ];
}

export function isMet({ measured, target, bound }: Finding): boolean | null {
  if (measured === null || target === null) return null;
  return bound === 'at least' ? measured >= target : measured <= target;
}

function throughput(samples: SendSample[]): Finding[] {
  const found: Finding[] = [];
  for (const inFlight of distinct(samples.map((sample) => sample.inFlight))) {
    const of = (subject: SubjectName): SendSample[] =>
      samples.filter((sample) => sample.subject === subject && sample.inFlight === inFlight);
    const times = (other: SubjectName): number | null =>
      ratioOfRounds(of('ours'), of(other), (sample) => sample.perSecond);
    const targets = THROUGHPUT_TARGETS[inFlight ?? 0];
    const what = (other: string): string => `throughput, ${inFlight} in flight, over ${other}`;
    const finding = (other: SubjectName, name: string, target?: number, lab?: number): Finding => ({
      what: what(name),
      unit: '×',
      measured: times(other),
      target: target ?? null,
      bound: 'at least',
      lab: lab ?? null,
    });
    found.push(
      finding('relay', 'bare Socket.IO relay', targets?.relay, targets?.lab),
      finding('tutorial', 'tutorial', targets?.tutorial),
      finding(
        'database',
        'one row a commit',
        inFlight === DATABASE_TARGET.inFlight ? DATABASE_TARGET.times : undefined,
      ),
    );
  }
  return found.filter(({ measured }) => measured !== null);
}

function fixedRate({ rate, options }: Results): Finding[] {
  const ours = rate.filter(({ subject }) => subject === 'ours');
  if (ours.length === 0) return [];
  const at = `at ${options.rate} msgs/s`;
  return [
    {
      what: `p99 of send to ack ${at}`,
      unit: 'ms',
      measured: medianOfKnown(ours.map(({ ack }) => ack.p99)),
      target: RATE_P99_MS,
      bound: 'at most',
      lab: null,
    },
    {
      what: `p99 of send to receive ${at}`,
      unit: 'ms',
      measured: medianOfKnown(ours.map(({ receive }) => receive?.p99 ?? null)),
      target: null,
      bound: 'at most',
      lab: null,
    },
  ];
}

function idle(results: Results): Finding[] {
  const ours = results.idle.find(({ subject }) => subject === 'ours');
  const relay = results.idle.find(({ subject }) => subject === 'relay');
  if (!ours || !relay) return [];
  const finding = (what: string, measured: number, target: number | null): Finding => ({
    what: `idle connection, ${what}, over bare Socket.IO`,
    unit: '×',
    measured,
    target,
    bound: 'at most',
    lab: null,
  });
  return [
    finding('heap', ours.heapKiB / relay.heapKiB, IDLE_TIMES),
    // After its start a process has free memory that connections fill before it grows: shown, not promised.
    finding('resident memory', ours.rssKiB / relay.rssKiB, null),
  ];
}

function group(samples: GroupSample[]): Finding[] {
  return distinct(samples.map(({ load }) => load))
    .map((load): Finding => {
      const of = (subject: SubjectName): GroupSample[] =>
        samples.filter((sample) => sample.subject === subject && sample.load === load);
      return {
        what: `server CPU a copy in a group, ${load}, over bare room broadcast`,
        unit: '×',
        measured: ratioOfRounds(of('ours'), of('relay'), (sample) => sample.serverUsPerCopy),
        target: 1,
        bound: 'at most',
        lab: null,
      };
    })
    .filter(({ measured }) => measured !== null);
}

function largeGroup(samples: LargeGroupSample[]): Finding[] {
  const found = distinct(samples.map(({ senders, load }) => `${senders} sending, ${load}`)).map(
    (setting): Finding => {
      const of = (subject: SubjectName): LargeGroupSample[] =>
        samples.filter((s) => s.subject === subject && `${s.senders} sending, ${s.load}` === setting);
      return {
        what: `server CPU a copy in the large group, ${setting}, over bare room broadcast`,
        unit: '×',
        measured: ratioOfRounds(of('ours'), of('relay'), (sample) => sample.serverUsPerCopy),
        target: 1,
        bound: 'at most',
        lab: null,
      };
    },
  );
  return found.filter(({ measured }) => measured !== null);
}

/** How much longer the chatting users wait while a crowd comes or goes. */
function storm(samples: StormSample[]): Finding[] {
  const found: Finding[] = [];
  for (const subject of ['ours', 'relay'] as const) {
    const of = (phase: StormPhase): StormSample[] =>
      samples.filter((sample) => sample.subject === subject && sample.phase === phase);
    for (const phase of distinct(samples.map((sample) => sample.phase))) {
      if (phase === 'quiet') continue;
      found.push({
        what: `p99 of send to ack in a storm, ${phase}, over quiet${subject === 'relay' ? ', bare relay' : ''}`,
        unit: '×',
        measured: ratioOfRounds(of(phase), of('quiet'), (sample) => sample.ack.p99),
        target: subject === 'ours' ? STORM_TIMES : null,
        bound: 'at most',
        lab: null,
      });
    }
  }
  return found.filter(({ measured }) => measured !== null);
}

function reads(samples: ReadSample[]): Finding[] {
  const found: Finding[] = [];
  const names = { history: 'history page of 50', chatList: 'chat list of 500' };
  for (const what of ['history', 'chatList'] as const) {
    const sizes = distinct(samples.map(({ tableRows }) => tableRows));
    for (const connections of distinct(samples.map((sample) => sample.connections))) {
      const of = (via: ReadVia, size: number): ReadSample[] =>
        samples.filter(
          (s) => s.what === what && s.via === via && s.tableRows === size && s.connections === connections,
        );
      const finding = (text: string, measured: number | null, target: number | null): Finding => ({
        what: `${names[what]}, ${connections} conn., ${text}`,
        unit: '×',
        measured,
        target,
        bound: 'at most',
        lab: null,
      });
      const p50 = (sample: ReadSample): number => sample.latency.p50;
      for (const size of sizes) {
        const over = (via: ReadVia): number | null => ratioOfRounds(of('ours', size), of(via, size), p50);
        found.push(
          finding(`${short(size)} rows, over bare SQL`, over('sql'), READ_TIMES),
          finding(`${short(size)} rows, over bare SQL sent by bare Socket.IO`, over('carried'), null),
        );
      }
      const [first, last] = [sizes[0], sizes.at(-1)];
      if (first !== undefined && last !== undefined && last !== first) {
        const growth = ratioOfRounds(of('ours', last), of('ours', first), p50);
        found.push(finding(`${short(last)} rows over ${short(first)}`, growth, null));
      }
    }
  }
  return found.filter(({ measured }) => measured !== null);
}

export function distinct<T>(values: T[]): T[] {
  return [...new Set(values)];
}

/** 10000 → 10k, 5000000 → 5M. */
export function short(count: number): string {
  if (count >= 1_000_000) return `${count / 1_000_000}M`;
  return count >= 1_000 ? `${count / 1_000}k` : String(count);
}
