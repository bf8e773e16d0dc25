import { type Fault, portsOf } from '../arena.js';

export const fault: Fault = {
  title: 'two nodes write to the same chats at full speed',
  expected: 'no deadlock, no gap; what the other node wrote comes by sync',
  sizes: [2],
  async run(arena) {
    // Without a Redis, neither node gets the events of the other.
    const nodes = await Promise.all([arena.node(), arena.node()]);
    const load = await arena.load({
      ports: portsOf(nodes),
      people: 8,
      friends: 7,
      window: 8,
      thinkMs: 0,
    });
    await load.run(arena.scale(10_000, 4_000));
  },
  async afterwards(arena) {
    // PostgreSQL reports the counts of a connection when it ends, at the latest.
    await Promise.all(arena.nodes.map((node) => node.stop()));
    const deadlocks = await arena.postgres.deadlocks(arena.name);
    arena.expect(deadlocks === 0, `PostgreSQL had to break ${deadlocks} deadlocks`);
  },
};
