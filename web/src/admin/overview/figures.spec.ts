import type { NodeStatus } from '@chat-api/client';
import { figuresOf, percentile } from './figures';
import { ceiling, runsOf } from './lines';
import { heard, type Watch } from './nodes';
import { verdictsOf } from './verdicts';

const BOUNDS = [1, 10, 100, null];
const acksOf = (...counts: number[]) =>
  BOUNDS.map((withinMs, index) => ({ withinMs, count: counts[index]! }));

const status = (changes: Partial<NodeStatus> = {}): NodeStatus => ({
  node: 'a1b2c3d4',
  host: 'chat-1',
  version: '0.1.0',
  now: '2026-11-29T12:00:00.000Z',
  startedAt: '2026-11-29T11:00:00.000Z',
  status: 'ready',
  database: 'up',
  redis: null,
  degraded: [],
  connections: 3,
  people: 2,
  messages: 100,
  failures: 0,
  acks: acksOf(0, 0, 0, 0),
  eventLoopDelay: { p50Ms: 0.1, p99Ms: 1 },
  memoryBytes: 1e8,
  waitingBytes: 0,
  writer: { waiting: 0, most: 1_000 },
  pool: { busy: 0, idle: 4, waiting: 0 },
  ...changes,
});

/** What the page knows after these answers, five seconds apart. */
function after(...answers: NodeStatus[]): Watch {
  return answers.reduce<Watch>((watch, answer, index) => heard(watch, answer, index * 5_000), {
    nodes: new Map(),
    fault: null,
  });
}

const last = (watch: Watch, node = 'a1b2c3d4') => watch.nodes.get(node)!.figures.at(-1)!;

describe('The figures of a node', () => {
  it('are rates of the time between two answers, and nothing before the second', () => {
    const watch = after(status({ messages: 100 }), status({ messages: 150, failures: 5 }));
    expect(watch.nodes.get('a1b2c3d4')!.figures[0]).toMatchObject({ messagesPerS: null, ackP99Ms: null });
    expect(last(watch)).toMatchObject({ messagesPerS: 10, failuresPerS: 1, connections: 3 });
  });

  it('begin anew with the process', () => {
    const restarted = status({ messages: 1, startedAt: '2026-11-29T12:00:04.000Z' });
    expect(last(after(status({ messages: 100 }), restarted)).messagesPerS).toBeNull();
  });

  it('are those of one node, however many answer in turn; one that is silent is forgotten', () => {
    const [one, other] = [status({ messages: 5 }), status({ node: 'ffffffff', messages: 900 })];
    const watch = after(one, other, { ...one, messages: 15 }, { ...other, messages: 900 });
    expect(last(watch).messagesPerS).toBe(1);
    expect(last(watch, 'ffffffff').messagesPerS).toBe(0);
    expect([...heard(watch, one, 200_000).nodes.keys()]).toEqual(['a1b2c3d4']);
  });

  it('have percentiles of the acks between two answers alone', () => {
    const before = status({ acks: acksOf(1_000, 1_000, 1_000, 1_000) });
    const now = status({ acks: acksOf(1_000, 1_090, 1_100, 1_100) });
    expect(last(after(before, now))).toMatchObject({ ackP50Ms: 6, ackP99Ms: 91 });
  });

  it('have no percentile where nobody has sent, and the greatest bound for what is above all', () => {
    expect(percentile(acksOf(0, 0, 0, 0), 0.99)).toBeNull();
    expect(percentile([], 0.5)).toBeNull();
    expect(percentile(acksOf(0, 0, 0, 4), 0.5)).toBe(100);
    expect(figuresOf(status(), 0, null).ackP50Ms).toBeNull();
  });
});

describe('What is wrong with a node', () => {
  const textsOf = (watch: Watch) => {
    const { status: now, figures } = [...watch.nodes.values()][0]!;
    return verdictsOf(now, figures);
  };
  const slow = (loop: number) => status({ eventLoopDelay: { p50Ms: 1, p99Ms: loop } });

  it('is nothing where all is well', () => {
    expect(textsOf(after(status(), status(), status()))).toEqual([]);
  });

  it('is said at its chart once it has lasted', () => {
    expect(textsOf(after(slow(900), slow(900)))).toEqual([]);
    expect(textsOf(after(slow(900), slow(900), slow(900)))).toEqual([
      { chart: 'eventLoop', text: expect.stringContaining('at its limit') },
    ]);
    expect(textsOf(after(slow(900), slow(900), slow(3)))).toEqual([]);
  });

  it('is said at once of a part that is not well, once for each', () => {
    const ill = status({ status: 'degraded', degraded: ['redis', 'writer'], redis: 'down' });
    expect(textsOf(after(ill)).map(({ chart }) => chart)).toEqual([null, 'writer']);
    const away = status({ status: 'not ready', database: 'disk full', degraded: ['database'] });
    expect(textsOf(after(away)).map(({ text }) => text)).toEqual([
      'The disk of PostgreSQL is full: nothing can be sent.',
    ]);
  });
});

describe('A sparkline', () => {
  it('breaks where nothing was measured', () => {
    const at = (...points: [number, number | null][]) =>
      runsOf(points.map(([at, value]) => ({ at, value }))).map((run) => run.length);
    expect(at([0, 1], [5_000, 2], [10_000, null], [15_000, 3])).toEqual([2, 1]);
    expect(at([0, 1], [100_000, 2])).toEqual([1, 1]);
    expect(at()).toEqual([]);
  });

  it('ends above at a round number', () => {
    expect([0, 0.3, 1, 1.1, 7, 10, 480, 2_001].map(ceiling)).toEqual([1, 0.5, 1, 2, 10, 10, 500, 5_000]);
  });
});
