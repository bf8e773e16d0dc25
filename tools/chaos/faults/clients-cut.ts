import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../arena.js';

export const fault: Fault = {
  title: 'clients cut at random, 200 times in a burst',
  expected: 'no gap, repeat or inversion after sync',
  async run(arena) {
    const proxy = await arena.network(await arena.serve());
    await arena.load({ ports: [proxy.port], people: 24, thinkMs: 20 });
    const cuts = arena.scale(400, 200);
    for (let cut = 0; cut < cuts;) {
      await sleep(arena.random.between(1, 40));
      if (proxy.open.length === 0) continue;
      proxy.cut(arena.random.pick(proxy.open));
      cut++;
    }
    arena.note(`${cuts} lines were cut`);
  },
};
