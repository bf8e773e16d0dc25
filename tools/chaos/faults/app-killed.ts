import { type Fault, portsOf } from '../arena.js';

export const fault: Fault = {
  title: 'kill -9 of the app in the middle of sends, many times',
  expected: 'every acked message is stored; a retry does not double it',
  async run(arena) {
    const nodes = await arena.serve();
    const load = await arena.load({ ports: portsOf(nodes), changeMs: 30 });
    const times = arena.scale(10, 2);
    for (let kill = 1; kill <= times; kill++) {
      await load.run(arena.random.between(200, arena.scale(1_200, 500)));
      arena.say(`kill ${kill} of ${times}`);
      const node = arena.random.pick(nodes);
      await node.kill();
      const since = performance.now();
      await node.launch();
      await arena.recovered(load, since);
    }
  },
};
