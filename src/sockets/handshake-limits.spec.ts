import type { IncomingMessage } from 'node:http';
import { handshakeGuard } from './handshake-limits.js';

const UNLIMITED = { addressOf: () => '127.0.0.1', handshakesEveryMs: 0 };

/** A handshake by long polling, and what it was answered. */
function handshake() {
  const answered: { status?: number; headers?: string[]; body?: unknown } = {};
  const res = {
    writeHead: (status: number, headers: string[]) => {
      Object.assign(answered, { status, headers });
      return { end: (body: string) => void (answered.body = JSON.parse(body)) };
    },
  };
  return { request: { res, socket: { destroyed: false } } as unknown as IncomingMessage, answered };
}

describe('Handshakes', () => {
  it('beyond those that may wait are OVERLOADED: 503, to be tried again', () => {
    const guard = handshakeGuard(
      { isRefusing: false },
      { canWork: () => new Promise(() => undefined) },
      UNLIMITED,
    );
    const all = Array.from({ length: 5_100 }, handshake);
    for (const { request } of all) guard(request, () => undefined);
    const refused = all.filter(({ answered }) => answered.status !== undefined);
    // A few have begun at once, and 5,000 wait.
    expect(refused.length).toBeGreaterThan(50);
    expect(refused).toHaveLength(all.length - all.indexOf(refused[0]!));
    for (const { answered } of refused) {
      expect(answered).toMatchObject({
        status: 503,
        body: { error: { code: 'OVERLOADED', retryAfterMs: 5_000 } },
      });
      expect(answered.headers!.join(' ')).toMatch(/Retry-After 5\b/i);
    }
  });

  it('of one address come in some time apart, those of others meanwhile', async () => {
    let begun: string[] = [];
    const guard = handshakeGuard(
      { isRefusing: false },
      { canWork: () => Promise.resolve(true) },
      { addressOf: (request) => (request as unknown as { from: string }).from, handshakesEveryMs: 50 },
    );
    const began = performance.now();
    const come = (from: string) =>
      new Promise<void>((resolve) => {
        const { request } = handshake();
        guard(Object.assign(request, { from }), () => {
          begun.push(from);
          resolve();
        });
      });
    const many = Array.from({ length: 5 }, () => come('a'));
    await come('b');
    expect(begun.filter((from) => from === 'a').length).toBeLessThan(5);
    await Promise.all(many);
    // Timers may be a little early.
    expect(performance.now() - began).toBeGreaterThan(4 * 50 - 10);
    begun = [];
    await come('b');
    expect(begun).toEqual(['b']);
  });

  it('of one address that would wait for more than 10 s are OVERLOADED', () => {
    const guard = handshakeGuard(
      { isRefusing: false },
      { canWork: () => new Promise(() => undefined) },
      { addressOf: () => 'a', handshakesEveryMs: 2_500 },
    );
    const all = Array.from({ length: 6 }, handshake);
    for (const { request } of all) guard(request, () => undefined);
    expect(all.map(({ answered }) => answered.status)).toEqual([...Array<undefined>(5), 503]);
  });

  it.each([
    ['that stops', { isRefusing: true }, true],
    ['that cannot work', { isRefusing: false }, false],
  ])('at a node %s are refused as they are, and not admitted', async (_, lifecycle, canWork) => {
    const guard = handshakeGuard(lifecycle, { canWork: () => Promise.resolve(canWork) }, UNLIMITED);
    const { request, answered } = handshake();
    let admitted = false;
    guard(request, (_error, allowed) => (admitted = allowed));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toMatchObject({
      status: 503,
      body: { error: { retryAfterMs: expect.any(Number) as number } },
    });
    expect(admitted).toBe(false);
  });
});
