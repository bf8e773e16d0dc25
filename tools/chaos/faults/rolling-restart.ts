import type { Fault } from '../arena.js';
import { Crowd } from '../load/crowd.js';
import { restart } from '../stops.js';

export const fault: Fault = {
  title: 'two nodes behind a load balancer restarted one after the other, with 1,000 sockets (--quick: 400)',
  expected: 'as sigterm; everybody is served meanwhile',
  sizes: [2],
  async run(arena) {
    const nodes = await arena.serve();
    const balancer = await arena.balancer(nodes);
    const crowd = await Crowd.come(balancer.port, arena.scale(1_000, 400));
    arena.undo(() => crowd.close());
    const load = await arena.load({ ports: [balancer.port], friends: 4, thinkMs: 20 });
    for (const node of nodes) {
      await load.run(1_000);
      await restart(arena, node, crowd, load);
      await load.recovered(performance.now());
    }
  },
};
