import type { Fault } from '../arena.js';
import { fails } from '../outage.js';
import { lacksRedis } from '../subjects/redis.js';

export const fault: Fault = {
  title: 'Redis stopped (SIGSTOP) and resumed under load',
  expected: 'local delivery continues; the rest converges',
  lacks: lacksRedis,
  async run(arena) {
    const redis = await arena.redis();
    const nodes = await arena.serveWith([redis.port, redis.port]);
    await fails(arena, { nodes, begin: () => redis.freeze(), end: () => redis.thaw() });
  },
};
