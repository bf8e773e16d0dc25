import { type Arena, portsOf } from './arena.js';
import type { AppNode } from './subjects/app-node.js';

/** Milliseconds for what the server tells of by itself: a link that is up again, and everybody's `sync`. */
const MENDED_WITHIN_MS = 30_000;

/** How long a push may take on a busy machine, in milliseconds. */
const PUSHED_WITHIN_MS = 5_000;

export interface Outage {
  nodes: readonly AppNode[];
  begin: () => Promise<void> | void;
  end: () => Promise<void> | void;
}

/**
 * What joins the nodes fails again and again under load. Meanwhile everybody is served, and people at one node hear
 * each other at once. The last time nobody writes any more when it is back: what is missing has to be told by the nodes.
 */
export async function fails(arena: Arena, { nodes, begin, end }: Outage): Promise<void> {
  arena.connectionsStay = true;
  const load = await arena.load({ ports: portsOf(nodes), friends: 4, newChats: 0.01 });
  const times = arena.scale(4, 2);
  for (let time = 1; time <= times; time++) {
    await load.run(1_000);
    const awayMs = arena.scale(8_000, 3_000);
    arena.say(`time ${time} of ${times}, away for ${awayMs} ms`);
    await begin();
    const since = performance.now();
    await load.run(awayMs);
    await load.recovered(since);
    if (time === times) await load.quiet();
    const { pushes, missing } = await load.localDelivery(since, PUSHED_WITHIN_MS);
    arena.note(`away ${time}: ${pushes} pushes within a node, ${missing} of them did not come`);
    arena.expect(missing === 0 && pushes > 0, `${missing} of ${pushes} pushes within a node did not come`);
    // Nobody writes any more: people have missed what was written last at the other node, and ask for nothing.
    if (time === times && nodes.length > 1) {
      const behind = (await arena.behind(load))();
      arena.expect(behind > 0, 'nobody missed anything of the other node: nothing was away');
    }
    await end();
    await joined(arena, nodes);
  }
  await arena.converges(load, MENDED_WITHIN_MS);
}

/** Waits until the nodes say that they are. */
export async function joined(arena: Arena, nodes: readonly AppNode[]): Promise<void> {
  const isUp = async (node: AppNode): Promise<boolean> => (await node.health())?.redis === 'up';
  const allUp = async (): Promise<boolean> => (await Promise.all(nodes.map(isUp))).every(Boolean);
  arena.expect(await arena.until(allUp, MENDED_WITHIN_MS), 'a node did not find Redis again');
}
