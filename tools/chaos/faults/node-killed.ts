import { type Fault, portsOf } from '../arena.js';
import { allAreBack, leaseEnds, leavesNoGhosts, SHORT_LEASE } from '../presence.js';
import { lacksRedis } from '../subjects/redis.js';

export const fault: Fault = {
  title: 'the only node killed (-9) and started again; or one of two, started after its lease is over',
  expected: 'presence converges within the lease, no ghosts; messages exact',
  lacks: lacksRedis,
  async run(arena) {
    const redis = await arena.redis();
    const nodes = await arena.serveWith([redis.port, redis.port], SHORT_LEASE);
    const victim = nodes.at(-1) ?? nodes[0];
    const load = await arena.load({ ports: portsOf(nodes), friends: 4 });
    const times = arena.scale(3, 1);
    for (let kill = 1; kill <= times; kill++) {
      await load.run(1_000);
      arena.say(`kill ${kill} of ${times}`);
      await victim.kill();
      await leaseEnds(arena, load, victim, nodes, performance.now());
      const since = performance.now();
      await victim.launch();
      await arena.recovered(load, since);
      await load.allOnline();
      await allAreBack(arena, load, nodes);
    }
  },
  afterwards: leavesNoGhosts,
};
