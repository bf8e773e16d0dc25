import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../arena.js';

export const fault: Fault = {
  title:
    'acks lost on the way: the client gets nothing from the server, then the line is cut; the client retries',
  expected: 'same id and seq',
  async run(arena) {
    arena.answersAreLost = true;
    const proxy = await arena.network(await arena.serve());
    // Every fifth message is sent again although its ack has come: both answers must be the same.
    await arena.load({ ports: [proxy.port], resend: 0.2 });
    const end = performance.now() + arena.scale(20_000, 5_000);
    let deafened = 0;
    while (performance.now() < end) {
      await sleep(arena.random.between(20, 120));
      if (proxy.open.length === 0) continue;
      const line = arena.random.pick(proxy.open);
      proxy.deafen(line);
      deafened++;
      setTimeout(() => proxy.cut(line), arena.random.between(5, 150));
    }
    arena.note(`${deafened} lines lost their answers`);
  },
};
