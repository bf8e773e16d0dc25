import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, portsOf } from '../arena.js';

export const fault: Fault = {
  title: 'one PostgreSQL backend terminated, again and again',
  expected: 'clients notice at most an error that they retry',
  async run(arena) {
    arena.connectionsStay = true;
    const nodes = await arena.serve();
    const load = await arena.load({ ports: portsOf(nodes), changeMs: 30, thinkMs: 30 });
    const times = arena.scale(100, 30);
    let terminated = 0;
    for (let i = 0; i < times; i++) {
      await sleep(arena.random.between(10, 150));
      if (await arena.postgres.terminateBackend(arena.name, arena.random.chance(0.5))) terminated++;
    }
    arena.note(`${terminated} backends were terminated`);
    arena.expect(terminated >= times / 2, `only ${terminated} backends could be terminated`);
    await load.recovered(performance.now());
  },
};
