import { type Fault, portsOf } from '../arena.js';
import type { AppNode } from '../subjects/app-node.js';

/** Three readers at the cap of 4 MB each, data in flight, and the memory of a busy process. */
const MOST_GROWTH_MB = 128;

/**
 * Long enough for a busy machine to send them more than the cap. Shorter than any other reason for their connections to
 * end: their heartbeats continue, but a stock client that gets none closes after at least 10 s, and waits 30 s more for
 * the answer.
 */
const CUT_WITHIN_MS = 30_000;

export const fault: Fault = {
  title: 'clients that stop reading but send heartbeats, under a stream of long messages',
  expected: "cut off at the cap; the server's memory stays flat; whole again when they read",
  async run(arena) {
    const nodes = await arena.serve({ PRESENCE_GRACE_MS: '500' });
    const ports = portsOf(nodes);
    const fast = { people: 6, friends: 1, window: 6, thinkMs: 0, changeMs: 1_000, newChats: 0 };
    const load = await arena.load({ ports, listeners: 3, padding: 9_900, ...fast });
    await load.run(arena.scale(5_000, 2_000));
    const before = await memoryOf(nodes);
    for (const reader of load.listeners) reader.pause();
    const since = performance.now();
    let growth = 0;
    const look = async (): Promise<void> => {
      const now = await memoryOf(nodes);
      growth = Math.max(growth, ...now.map((bytes, i) => bytes - (before[i] ?? 0)));
    };
    const areCut = async (): Promise<boolean> => {
      await look();
      const online = await nodes[0].online();
      return load.listeners.every(({ userId }) => !online.has(userId));
    };
    const cut = await arena.until(areCut, CUT_WITHIN_MS);
    const seconds = (performance.now() - since) / 1_000;
    arena.expect(cut, `clients that stopped reading were not cut off within ${CUT_WITHIN_MS / 1_000} s`);
    for (let i = 0; i < 10; i++) {
      await load.run(arena.scale(1_000, 200));
      await look();
    }
    arena.note(
      `cut off after ${seconds.toFixed(1)} s; memory ${before.map(inMB).join(' and ')} MB, at most ${inMB(growth)} MB more`,
    );
    arena.expect(inMB(growth) < MOST_GROWTH_MB, `a server's memory grew by ${inMB(growth)} MB`);
    await load.quiet();
    for (const reader of load.listeners) reader.resume();
  },
};

function memoryOf(nodes: readonly AppNode[]): Promise<number[]> {
  return Promise.all(nodes.map((node) => node.memory()));
}

function inMB(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}
