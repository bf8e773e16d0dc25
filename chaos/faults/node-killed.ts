import type { Fault } from '../arena.js';
import { allAreBack, leaseEnds, leavesNoGhosts, SHORT_LEASE } from '../presence.js';
import { lacksRedis } from '../subjects/redis.js';

export const fault: Fault = {
  title: 'one of two nodes killed (-9), and started again when its lease is over',
  expected: 'presence converges within its lease, no ghosts; messages exact',
  lacks: lacksRedis,
  async run(arena) {
    const redis = await arena.redis();
    const nodes = await arena.pair([redis.port, redis.port], SHORT_LEASE);
    const [witness, victim] = nodes;
    const load = await arena.load({ ports: nodes.map(({ socketPort }) => socketPort), friends: 4 });
    const times = arena.scale(3, 1);
    for (let kill = 1; kill <= times; kill++) {
      await load.run(1_000);
      arena.say(`kill ${kill} of ${times}`);
      await victim.kill();
      await leaseEnds(arena, load, victim, witness, performance.now());
      const since = performance.now();
      await victim.launch();
      await arena.recovered(load, since);
      await load.allOnline();
      await allAreBack(arena, load, nodes);
    }
  },
  afterwards: leavesNoGhosts,
};
