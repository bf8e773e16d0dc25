import { parseConfig } from '../../config/config.js';
import { Limits } from './limits.js';
import { RateLimiter } from './rate-limiter.js';
import type { BucketsOf } from './shared-usage.js';

/** Buckets that several `Limits` of this process share, as nodes share those in Redis. */
function sharedBuckets(): BucketsOf {
  const made = new Map<string, RateLimiter<'all'>>();
  return (name, rate) => {
    const limiter = made.get(name) ?? new RateLimiter({ all: rate });
    made.set(name, limiter);
    return {
      take: (key, points) => {
        limiter.charge(key, 'all', points);
        return Promise.resolve(limiter.status(key, 'all').resetMs);
      },
    };
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

/** Until reports of this turn have been answered, and this much later. */
const after = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('Limits of several nodes', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are one budget: who took all of it from one node gets nothing from the others', async () => {
    const bucketsOf = sharedBuckets();
    const [one, other] = [new Limits(config, bucketsOf), new Limits(config, bucketsOf)];
    expect(admitted(one, 7, 100)).toBe(80);
    // The first report, of an eighth, tells this node.
    expect(admitted(other, 7, 10)).toBe(10);
    await after(0);
    expect(admitted(other, 7, 100)).toBe(0);
    expect(admitted(other, 8, 9)).toBe(9);
  });

  it('let nobody keep what several nodes admitted in the same moment', async () => {
    const bucketsOf = sharedBuckets();
    const nodes = [1, 2, 3].map(() => new Limits(config, bucketsOf));
    const all = () => nodes.reduce((sum, node) => sum + admitted(node, 7, 100), 0);
    let total = all();
    expect(total).toBe(240);
    for (let second = 0; second < 60; second++) {
      await after(1_000);
      total += all();
    }
    // What a minute and the burst allow, and two eighths for each node: not reported yet, and on the way.
    expect(total).toBeLessThanOrEqual(80 + 6 * 80 + 3 * 20);
    expect(total).toBeGreaterThan(6 * 80 - 30);
  });

  it('report no user who takes little', async () => {
    const reported: unknown[] = [];
    const node = new Limits(config, () => ({
      take: (key) => {
        reported.push(key);
        return Promise.resolve(0);
      },
    }));
    for (let key = 0; key < 100; key++) admitted(node, key, 5);
    admitted(node, 1_000, 10);
    await after(0);
    expect(reported).toEqual([1_000]);
  });

  it('apply on each node alone while the buckets are away', async () => {
    const node = new Limits(config, () => ({ take: () => Promise.reject(new Error('away')) }));
    expect(admitted(node, 7, 40)).toBe(40);
    await after(0);
    expect(admitted(node, 7, 80)).toBe(40);
  });
});
