import { isDeepStrictEqual, parseArgs } from 'node:util';
import type { Address, Writes } from './load/operations.js';

export const SUBJECTS = ['ours', 'relay', 'database', 'tutorial'] as const;
export type SubjectName = (typeof SUBJECTS)[number];

export const SECTIONS = ['rate', 'pairs', 'idle', 'group', 'large-group', 'storm', 'reads'] as const;
/** No part of a whole run: only by name. */
export const DUTIES = ['purge', 'export', 'applications'] as const;
export type Section = (typeof SECTIONS)[number] | (typeof DUTIES)[number];

/** What to measure, and for how long. Times in milliseconds. */
export interface Options {
  sections: Section[];
  subjects: SubjectName[];
  rounds: number;
  warmupMs: number;
  windowMs: number;
  pairs: number;
  inFlight: number[];
  /** Messages a second of the fixed-rate section. */
  rate: number;
  idleConnections: number;
  groupSize: number;
  /** Members of the large group. */
  largeGroup: number;
  /** Users who are disconnected at once, and reconnect. */
  stormPeople: number;
  /** How long they stay away, in milliseconds: from, to. */
  stormAway: [number, number];
  /** Messages a second of the users who chat meanwhile. */
  stormRate: number;
  /** Rows of `messages` at which reads are measured, ascending. */
  tableSizes: number[];
  readConnections: number[];
  /** Messages of the chat that is purged. */
  purgeMessages: number;
  /** Messages of the chat that is exported. */
  exportMessages: number;
  /** Applications beside each other. */
  applications: number;
  address: Address;
  writes: Writes;
  /** Whether to store the results for the repository, unless an answer is wrong. */
  keep: boolean;
}

export const HELP = `npm run bench -- [options]

  --rounds <n>        rounds of each setting, interleaved (3)
  --seconds <s>       measured window of a round (4)
  --warmup <s>        load before the window (1.5)
  --only <a,b,…>      sections: ${SECTIONS.join(', ')}; subjects: ${SUBJECTS.join(', ')};
                      and what is no part of a whole run: ${DUTIES.join(', ')}
  --pairs <n>         pairs of clients (100)
  --in-flight <a,b>   sends in flight of each client (1,4,16)
  --rate <n>          messages a second of the fixed-rate section (4000)
  --idle <n>          idle connections (2000)
  --group <n>         members of the group (200)
  --large-group <n>   members of the large group (1000)
  --storm <n>         people who are dropped at once, and come back (2000)
  --storm-away <a-b>  milliseconds after which each of them comes back, drawn evenly (500-1500, as Socket.IO's client
                      does by default; 0-0: all in the same moment)
  --storm-rate <n>    messages a second of those who chat meanwhile (500)
  --purge <n>         messages of the chat that is purged, with --only purge (100000)
  --export <n>        messages of the chat that is exported, with --only export (50000)
  --applications <n>  applications beside each other, with --only applications (10)
  --address <how>     sends name the "receiver" (default) or the "chat"
  --writes <how>      a client's sends leave together once a "turn" (default) or one by one, a "frame" each
  --quick             one short round of everything, reads from 10 thousand rows
  --full              reads from 5 million rows as well
  --keep              write the results of a whole run to tools/bench/results/whole.json too, to be committed

A run of everything, no shorter and no smaller than by default, writes tools/bench/report.html and tools/bench/results/latest.json;
any other writes tools/bench/results/partial.html and partial.json.
`;

/** @throws Error on an unknown option, an invalid number, or `--keep` with a partial run */
export function parseOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      warmup: { type: 'string' },
      only: { type: 'string' },
      pairs: { type: 'string', default: '100' },
      'in-flight': { type: 'string', default: '1,4,16' },
      rate: { type: 'string', default: '4000' },
      idle: { type: 'string' },
      group: { type: 'string', default: '200' },
      'large-group': { type: 'string' },
      storm: { type: 'string' },
      'storm-away': { type: 'string', default: '500-1500' },
      'storm-rate': { type: 'string', default: '500' },
      purge: { type: 'string', default: '100000' },
      export: { type: 'string', default: '50000' },
      applications: { type: 'string', default: '10' },
      address: { type: 'string', default: 'receiver' },
      writes: { type: 'string', default: 'turn' },
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { quick } = values;
  const only = (values.only ?? '').split(',').filter((name) => name !== '');
  const named = [...SECTIONS, ...DUTIES, ...SUBJECTS];
  const unknown = only.find((name) => !isOneOf(named, name));
  if (unknown !== undefined)
    throw new Error(`--only: unknown name "${unknown}" (npm run bench -- --help lists them)`);
  const options: Options = {
    sections: sectionsOf(only),
    subjects: chosen(SUBJECTS, only),
    rounds: positive('rounds', values.rounds ?? (quick ? '1' : '3')),
    windowMs: positive('seconds', values.seconds ?? (quick ? '2' : '4')) * 1000,
    warmupMs: positive('warmup', values.warmup ?? (quick ? '1' : '1.5')) * 1000,
    pairs: positive('pairs', values.pairs),
    inFlight: values['in-flight'].split(',').map((text) => positive('in-flight', text)),
    rate: positive('rate', values.rate),
    idleConnections: positive('idle', values.idle ?? (quick ? '500' : '2000')),
    groupSize: positive('group', values.group),
    largeGroup: positive('large-group', values['large-group'] ?? '1000'),
    stormPeople: positive('storm', values.storm ?? (quick ? '500' : '2000')),
    stormAway: range('storm-away', values['storm-away']),
    stormRate: positive('storm-rate', values['storm-rate']),
    tableSizes: values.full ? [10_000, 1_000_000, 5_000_000] : quick ? [10_000] : [10_000, 1_000_000],
    readConnections: [1, 8],
    purgeMessages: positive('purge', values.purge),
    exportMessages: positive('export', values.export),
    applications: positive('applications', values.applications),
    address: values.address === 'chat' ? 'chat' : 'receiver',
    writes: values.writes === 'frame' ? 'frame' : 'turn',
    keep: values.keep,
  };
  if (options.keep && !isWhole(options))
    throw new Error('--keep needs a whole run: leave out the other options');
  return options;
}

/** Whether everything is measured, with the default rounds and settings. */
export function isWhole(options: Options): boolean {
  const usual = parseOptions([]) as Options;
  const more = ['rounds', 'windowMs', 'warmupMs'] as const;
  return (
    more.every((name) => options[name] >= usual[name]) &&
    usual.tableSizes.every((size) => options.tableSizes.includes(size)) &&
    isDeepStrictEqual(options, {
      ...usual,
      rounds: options.rounds,
      windowMs: options.windowMs,
      warmupMs: options.warmupMs,
      tableSizes: options.tableSizes,
      keep: options.keep,
    })
  );
}

function isOneOf<T extends string>(names: readonly T[], name: string): name is T {
  return (names as readonly string[]).includes(name);
}

function sectionsOf(only: readonly string[]): Section[] {
  const duties = DUTIES.filter((name) => only.includes(name));
  const named = SECTIONS.some((name) => only.includes(name));
  return duties.length > 0 && !named ? duties : [...chosen(SECTIONS, [...only]), ...duties];
}

/** The requested names; all names if none was requested. */
function chosen<T extends string>(names: readonly T[], only: string[]): T[] {
  const asked = names.filter((name) => only.includes(name));
  return asked.length > 0 ? asked : [...names];
}

/** @throws Error unless it is two whole numbers, the smaller first */
function range(name: string, text: string): [number, number] {
  const [, from, to] = (/^(\d+)-(\d+)$/.exec(text) ?? []).map(Number);
  if (from === undefined || to === undefined || from > to)
    throw new Error(`--${name}: expected two whole numbers, for example 500-1500`);
  return [from, to];
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0)
    throw new Error(`--${name}: expected a number above 0, got ${text}`);
  return value;
}
