import type { Fault } from '../arena.js';
import { Crowd } from '../load/crowd.js';
import { restart } from '../stops.js';

export const fault: Fault = {
  title: 'SIGTERM with 1,000 sockets under load (--quick: 300), then started again',
  expected:
    'no acked message lost, every accepted command answered, exit in time with code 0, reconnects spread',
  // For two nodes: rolling-restart.
  sizes: [1],
  async run(arena) {
    const node = await arena.node();
    const crowd = await Crowd.come(node.socketPort, arena.scale(1_000, 300));
    arena.undo(() => crowd.close());
    const load = await arena.load({ ports: [node.socketPort], thinkMs: 20 });
    await load.run(1_000);
    await restart(arena, node, crowd);
    await load.recovered(performance.now());
  },
};
