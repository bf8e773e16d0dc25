import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, portsOf } from '../arena.js';

export const fault: Fault = {
  title: 'PostgreSQL stopped (SIGSTOP to all its processes), then resumed',
  expected: 'error acks within 5 s, recovery by itself',
  async run(arena) {
    arena.connectionsStay = true;
    const load = await arena.load({ ports: portsOf(await arena.serve()) });
    const seconds = arena.scale(30, 8);
    await load.run(1_000);
    const before = arena.history.commands.length;
    await arena.postgres.freeze();
    arena.say(`frozen for ${seconds} s`);
    try {
      await sleep(seconds * 1_000);
    } finally {
      await arena.postgres.thaw();
    }
    const since = performance.now();
    const during = arena.history.commands.slice(before);
    const refused = during.filter(({ outcome }) => outcome === 'UNAVAILABLE').length;
    arena.expect(refused > 0, 'no command was answered with UNAVAILABLE while PostgreSQL was stopped');
    await arena.recovered(load, since);
    await load.run(1_000);
  },
};
