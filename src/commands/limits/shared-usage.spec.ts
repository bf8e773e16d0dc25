import { RateLimiterMemory } from 'rate-limiter-flexible';
import { parseConfig } from '../../config/config.js';
import type { Rate } from '../../config/rate.js';
import { Limits } from './limits.js';

/** Counters that several `Limits` of this process share, as nodes share those in Redis. */
function counters() {
  const made = new Map<string, RateLimiterMemory>();
  return (name: string, rate: Rate) => {
    const counter =
      made.get(name) ?? new RateLimiterMemory({ points: rate.points, duration: rate.durationMs / 1_000 });
    made.set(name, counter);
    return counter;
  };
}

const { config } = parseConfig({ RATE_LIMIT_MESSAGES: '80/10s' });

/** How many of these messages a node admits. */
function admitted(node: Limits, key: number, times: number): number {
  let count = 0;
  for (let i = 0; i < times; i++) {
    try {
      node.command('message', key, '192.0.2.1', 10);
      count++;
    } catch {
      // Refused.
    }
  }
  return count;
}

/** Nodes report four times a second, by the fake clock of `jest`. */
const untilReported = () => jest.advanceTimersByTimeAsync(400);

describe('Limits of several nodes', () => {
  const nodes: Limits[] = [];
  const start = (counterOf: ConstructorParameters<typeof Limits>[1]) => {
    const node = new Limits(config, counterOf);
    nodes.push(node);
    return node;
  };
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    for (const node of nodes.splice(0)) node.stop();
    jest.useRealTimers();
  });

  it('close on every node for a user who took all of a limit from one', async () => {
    const counterOf = counters();
    const [one, other] = [start(counterOf), start(counterOf)];
    expect(admitted(one, 7, 100)).toBe(80);
    expect(admitted(other, 7, 11)).toBe(11);
    await untilReported();
    expect(admitted(other, 7, 100)).toBe(0);
    expect(admitted(other, 8, 10)).toBe(10);
  });

  it('report no user who takes little', async () => {
    const reported: unknown[] = [];
    const node = start(() => ({
      penalty: async (key) => {
        reported.push(key);
        return { consumedPoints: 0, msBeforeNext: 0 };
      },
    }));
    for (let key = 0; key < 100; key++) admitted(node, key, 5);
    admitted(node, 1_000, 20);
    await untilReported();
    expect(reported).toEqual([1_000]);
  });

  it('apply on each node alone while the counters are away', async () => {
    const node = start(() => ({ penalty: () => Promise.reject(new Error('away')) }));
    expect(admitted(node, 7, 40)).toBe(40);
    await untilReported();
    const rest = admitted(node, 7, 80);
    expect(rest).toBeGreaterThanOrEqual(40);
    expect(rest).toBeLessThan(80);
  });
});
