import type { Fault } from '../arena.js';
import { fails } from '../outage.js';
import { lacksRedis } from '../subjects/redis.js';

export const fault: Fault = {
  title: 'Redis is down when the nodes start; it starts, stops and starts again under load',
  expected: 'the nodes start and serve; local delivery continues; the rest converges',
  lacks: lacksRedis,
  async run(arena) {
    const redis = await arena.redisNotYet();
    const nodes = await arena.serveWith([redis.port, redis.port]);
    await fails(arena, { nodes, begin: () => redis.kill(), end: () => redis.launch() });
  },
};
