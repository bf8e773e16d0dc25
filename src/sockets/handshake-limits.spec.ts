import type { IncomingMessage } from 'node:http';
import { handshakeGuard } from './handshake-limits.js';

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
    const guard = handshakeGuard({ isRefusing: false }, { canWork: () => new Promise(() => undefined) });
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

  it.each([
    ['that stops', { isRefusing: true }, true],
    ['that cannot work', { isRefusing: false }, false],
  ])('at a node %s are refused as they are, and not admitted', async (_, lifecycle, canWork) => {
    const guard = handshakeGuard(lifecycle, { canWork: () => Promise.resolve(canWork) });
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
