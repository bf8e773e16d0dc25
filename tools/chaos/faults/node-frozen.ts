import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, portsOf } from '../arena.js';
import { allAreBack, leaseEnds, leavesNoGhosts, SHORT_LEASE } from '../presence.js';
import { lacksRedis } from '../subjects/redis.js';

/** Extra milliseconds for answers to commands that waited in the frozen node. */
const WAKING_MS = 3_000;

export const fault: Fault = {
  title: 'the only node, or one of two, stopped (SIGSTOP) for longer than its lease, then resumed',
  expected:
    'presence converges within the lease, and again after the node resumes; no ghosts; messages exact',
  lacks: lacksRedis,
  async run(arena) {
    const redis = await arena.redis();
    const nodes = await arena.serveWith([redis.port, redis.port], SHORT_LEASE);
    const victim = nodes.at(-1) ?? nodes[0];
    const load = await arena.load({ ports: portsOf(nodes), friends: 4 });
    await load.run(1_000);
    const from = performance.now();
    victim.freeze();
    const seconds = arena.scale(20, 9);
    arena.say(`frozen for ${seconds} s`);
    await leaseEnds(arena, load, victim, nodes, from);
    await sleep(Math.max(0, from + seconds * 1_000 - performance.now()));
    victim.thaw();
    const since = performance.now();
    arena.history.standstills.push({ port: victim.socketPort, from, to: since + WAKING_MS });
    await arena.recovered(load, since);
    await load.allOnline();
    await allAreBack(arena, load, nodes);
  },
  afterwards: leavesNoGhosts,
};
