import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, portsOf } from '../arena.js';

/** Seconds within which everybody must be served again after PostgreSQL was killed and started. */
const SERVING_WITHIN_S = 10;

export const fault: Fault = {
  title: 'PostgreSQL killed (-9) and started again under load',
  expected: `no unhandled rejection, no duplicate, serving again in under ${SERVING_WITHIN_S} s`,
  async run(arena) {
    arena.connectionsStay = true;
    const nodes = await arena.serve();
    const load = await arena.load({ ports: portsOf(nodes), people: 24, newChats: 0.03 });
    const times = arena.scale(4, 2);
    for (let kill = 1; kill <= times; kill++) {
      await load.run(arena.random.between(500, arena.scale(2_000, 1_000)));
      // Down for a short time, and for longer than the app retries by itself.
      const awayMs = kill % 2 === 1 ? 0 : arena.scale(6_000, 3_000);
      arena.say(`kill ${kill} of ${times}, down for ${awayMs} ms`);
      await arena.postgres.kill();
      await sleep(awayMs);
      const since = performance.now();
      await arena.postgres.restart();
      const up = (performance.now() - since) / 1_000;
      const seconds = await arena.recovered(load, since);
      arena.note(
        `kill ${kill}: PostgreSQL was up after ${up.toFixed(1)} s, everybody served after ${seconds.toFixed(1)} s`,
      );
      arena.expect(
        seconds < SERVING_WITHIN_S,
        `it took ${seconds.toFixed(1)} s until everybody was served again`,
      );
    }
  },
};
