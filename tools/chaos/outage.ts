import { type Arena, portsOf } from './arena.js';
import type { AppNode } from './subjects/app-node.js';

/** Most milliseconds for what the server starts by itself: the link is up again, and everybody has synced. */
const MENDED_WITHIN_MS = 30_000;

/** Most milliseconds for a push on a busy machine. */
const PUSHED_WITHIN_MS = 5_000;

export interface Outage {
  nodes: readonly AppNode[];
  begin: () => Promise<void> | void;
  end: () => Promise<void> | void;
}

/**
 * The link between the nodes fails repeatedly under load. Meanwhile everybody is served, and users at one node get each
 * other's messages at once. The last time nobody writes when the link is back: the nodes have to report the gap.
 */
export async function fails(arena: Arena, { nodes, begin, end }: Outage): Promise<void> {
  arena.connectionsStay = true;
  const load = await arena.load({ ports: portsOf(nodes), friends: 4, newChats: 0.01 });
  const times = arena.scale(4, 2);
  for (let time = 1; time <= times; time++) {
    await load.run(1_000);
    const awayMs = arena.scale(8_000, 3_000);
    arena.say(`outage ${time} of ${times}, for ${awayMs} ms`);
    await begin();
    const since = performance.now();
    await load.run(awayMs);
    await load.recovered(since);
    if (time === times) await load.quiet();
    const { pushes, missing } = await load.localDelivery(since, PUSHED_WITHIN_MS);
    arena.note(`outage ${time}: ${pushes} pushes within a node, ${missing} of them did not come`);
    arena.expect(missing === 0 && pushes > 0, `${missing} of ${pushes} pushes within a node did not come`);
    // Nobody writes any more: users have missed the last messages of the other node, and request nothing.
    if (time === times && nodes.length > 1) {
      const behind = (await arena.behind(load))();
      arena.expect(behind > 0, 'nobody missed a message of the other node: the outage had no effect');
    }
    await end();
    await joined(arena, nodes);
  }
  await arena.converges(load, MENDED_WITHIN_MS);
}

/** Waits until the nodes report that Redis is up. */
export async function joined(arena: Arena, nodes: readonly AppNode[]): Promise<void> {
  const isUp = async (node: AppNode): Promise<boolean> => (await node.health())?.redis === 'up';
  const allUp = async (): Promise<boolean> => (await Promise.all(nodes.map(isUp))).every(Boolean);
  arena.expect(await arena.until(allUp, MENDED_WITHIN_MS), 'a node did not reconnect to Redis');
}
