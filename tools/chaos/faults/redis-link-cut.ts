import type { Fault } from '../arena.js';
import { fails } from '../outage.js';
import { lacksRedis } from '../subjects/redis.js';

export const fault: Fault = {
  title: 'the only node, or one of two, loses its Redis link under load: cut, then packets swallowed',
  expected: 'the gap is found and closed',
  lacks: lacksRedis,
  async run(arena) {
    const redis = await arena.redis();
    const link = await arena.proxyTo(redis.port);
    const nodes = await arena.serveWith([redis.port, link.port]);
    let times = 0;
    await fails(arena, {
      nodes,
      begin: () => {
        if (times++ % 2 === 1) return link.hold();
        link.targets = [];
        for (const line of link.open) link.cut(line);
      },
      end: () => {
        link.letGo();
        link.targets = [redis.port];
      },
    });
  },
};
