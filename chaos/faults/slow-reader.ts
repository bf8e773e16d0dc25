import type { Fault } from '../arena.js';

/** Three readers at the cap of 4 MB, what is on its way beside, and what a busy process takes. */
const MOST_GROWTH_MB = 250;
const CUT_WITHIN_MS = 60_000;

export const fault: Fault = {
  title: 'people who stop reading what they are told, under a stream of long messages',
  expected: "cut off at the cap; the server's memory stays flat; whole again when they read",
  async run(arena) {
    const node = await arena.node({ PRESENCE_GRACE_MS: '500' });
    const ports = [node.socketPort];
    const fast = { people: 6, friends: 1, window: 6, thinkMs: 0, changeMs: 1_000, newChats: 0 };
    const load = await arena.load({ ports, listeners: 3, padding: 9_900, ...fast });
    await load.run(arena.scale(5_000, 2_000));
    const before = await node.memory();
    for (const reader of load.listeners) reader.pause();
    const since = performance.now();
    let most = before;
    const areCut = async (): Promise<boolean> => {
      most = Math.max(most, await node.memory());
      const online = await node.online();
      return load.listeners.every(({ userId }) => !online.has(userId));
    };
    const cut = await arena.until(areCut, CUT_WITHIN_MS);
    const seconds = (performance.now() - since) / 1_000;
    arena.expect(cut, `readers that read nothing were not cut off within ${CUT_WITHIN_MS / 1_000} s`);
    for (let i = 0; i < 10; i++) {
      await load.run(arena.scale(1_000, 200));
      most = Math.max(most, await node.memory());
    }
    const growth = (most - before) / 1_048_576;
    arena.note(
      `cut off after ${seconds.toFixed(1)} s; memory ${Math.round(before / 1_048_576)} MB, at most ${growth.toFixed(0)} MB more`,
    );
    arena.expect(growth < MOST_GROWTH_MB, `the server's memory grew by ${growth.toFixed(0)} MB`);
    await load.quiet();
    for (const reader of load.listeners) reader.resume();
  },
};
