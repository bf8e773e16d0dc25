import type { Arena } from './arena.js';
import type { Crowd } from './load/crowd.js';
import type { Load } from './load/load.js';
import type { AppNode } from './subjects/app-node.js';

/** The promised time for SIGTERM, in seconds. */
const STOPS_WITHIN_S = 25;

/** Seconds within which another node serves everybody; generous, for a busy machine. */
const SERVED_WITHIN_S = 5;

/** The largest share of many connections that may be closed in one second: 0 to 1. */
const MOST_IN_A_SECOND = 0.5;
const MANY = 100;

/**
 * SIGTERM to a node under load with a crowd; it is started again at once. The crowd's connections must close one by
 * one.
 *
 * @param served a load that another node must serve while this one stops and is down.
 */
export async function restart(arena: Arena, node: AppNode, crowd: Crowd, served?: Load): Promise<void> {
  arena.answersAllTaken = true;
  const since = performance.now();
  const { code, seconds } = await node.stop();
  arena.say(`ended with code ${code} after ${seconds.toFixed(1)} s`);
  if (served) await meanwhile(arena, served, since);
  await node.launch();
  await crowd.allOnline(60_000);
  const { went, back } = crowd.histogram(since);
  arena.note(`ended with code ${code} after ${seconds.toFixed(1)} s`);
  arena.note(`connections closed, by second:         ${went.join(' ')}`);
  arena.note(`connections that were back, by second: ${back.join(' ')}`);
  arena.expect(code === 0, `it ended with code ${code}`);
  arena.expect(seconds < STOPS_WITHIN_S, `it took ${seconds.toFixed(1)} s to end`);
  const all = went.reduce((sum, count) => sum + count, 0);
  arena.expect(all >= MANY, `only ${all} connections of the crowd were closed`);
  arena.expect(
    Math.max(...went) <= all * MOST_IN_A_SECOND,
    `${Math.max(...went)} of ${all} connections were closed in one second`,
  );
}

/** Runs between a stop that began at `since` and the start: all were served during the stop, and are served now. */
async function meanwhile(arena: Arena, load: Load, since: number): Promise<void> {
  arena.expect(load.isServedSince(since), 'not everybody was served while the node stopped');
  const seconds = await load.recovered(performance.now());
  arena.note(`everybody was served ${seconds.toFixed(1)} s after the node had ended, before it was started`);
  arena.expect(
    seconds < SERVED_WITHIN_S,
    `everybody was served ${seconds.toFixed(1)} s after the node had ended`,
  );
}
