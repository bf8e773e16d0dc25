import type { Arena } from './arena.js';
import type { Crowd } from './load/crowd.js';
import type { AppNode } from './subjects/app-node.js';

/** What is promised for SIGTERM, in seconds. */
const STOPS_WITHIN_S = 25;

/** The most of all connections that may go in one second, where there are many: 0 to 1. */
const MOST_IN_A_SECOND = 0.5;
const MANY = 100;

/** SIGTERM under load, with a crowd on it; started again at once. The crowd's connections have to go one by one. */
export async function restart(arena: Arena, node: AppNode, crowd: Crowd): Promise<void> {
  arena.answersAllTaken = true;
  const since = performance.now();
  const { code, seconds } = await node.stop();
  arena.say(`ended with code ${code} after ${seconds.toFixed(1)} s`);
  await node.launch();
  await crowd.allOnline(60_000);
  const { went, back } = crowd.histogram(since);
  arena.note(`ended with code ${code} after ${seconds.toFixed(1)} s`);
  arena.note(`connections that went, by second:      ${went.join(' ')}`);
  arena.note(`connections that were back, by second: ${back.join(' ')}`);
  arena.expect(code === 0, `it ended with code ${code}`);
  arena.expect(seconds < STOPS_WITHIN_S, `it took ${seconds.toFixed(1)} s to end`);
  const all = went.reduce((sum, count) => sum + count, 0);
  arena.expect(all >= MANY, `only ${all} connections of the crowd went`);
  arena.expect(
    Math.max(...went) <= all * MOST_IN_A_SECOND,
    `${Math.max(...went)} of ${all} connections went in one second`,
  );
}
