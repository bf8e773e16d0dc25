import type { Arena } from './arena.js';
import type { Load } from './load/load.js';
import type { AppNode, Settings } from './subjects/app-node.js';

const LEASE_MS = 5_000;
const GRACE_MS = 1_000;

/** Extra time for a busy machine. */
const SLACK_MS = 10_000;

export const SHORT_LEASE: Settings = {
  PRESENCE_LEASE_MS: String(LEASE_MS),
  PRESENCE_GRACE_MS: String(GRACE_MS),
};

/** All users of the load, and those who are connected to that node only. */
function peopleOf(load: Load, node: AppNode): { all: Set<number>; there: Set<number> } {
  const all = new Set(load.devices.map(({ userId }) => userId));
  const elsewhere = load.devices.filter(({ port }) => port !== node.socketPort);
  const others = new Set(elsewhere.map(({ userId }) => userId));
  return { all, there: new Set([...all].filter((userId) => !others.has(userId))) };
}

/** Whether no device at a node has got another presence for these users than this one. */
function areTold(load: Load, at: AppNode, people: ReadonlySet<number>, online: boolean): boolean {
  return load.devices
    .filter(({ port }) => port === at.socketPort)
    .every(({ presence }) => [...people].every((userId) => (presence.get(userId) ?? online) === online));
}

function equal(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  return one.size === other.size && [...one].every((value) => other.has(value));
}

/**
 * A node stopped at `since`. If there is another node, users of the stopped one count as offline there after its lease,
 * and users of the other node stay online.
 */
export async function leaseEnds(
  arena: Arena,
  load: Load,
  gone: AppNode,
  nodes: readonly AppNode[],
  since: number,
): Promise<void> {
  const witness = nodes.find((node) => node !== gone);
  if (!witness) return;
  const { all, there } = peopleOf(load, gone);
  const rest = new Set([...all].filter((userId) => !there.has(userId)));
  const isOver = async (): Promise<boolean> =>
    equal(await witness.online(), rest) && areTold(load, witness, there, false);
  const over = await arena.until(isOver, LEASE_MS + GRACE_MS + SLACK_MS);
  const seconds = ((performance.now() - since) / 1_000).toFixed(1);
  arena.expect(over, `presence had not converged ${seconds} s after the node stopped`);
  if (over) arena.note(`the ${there.size} users of the stopped node were offline after ${seconds} s`);
}

/** Exactly the users of the load are online at every node, and no device was told otherwise. */
export async function allAreBack(arena: Arena, load: Load, nodes: readonly AppNode[]): Promise<void> {
  const all = new Set(load.devices.map(({ userId }) => userId));
  const areBack = async (): Promise<boolean> => {
    for (const node of nodes)
      if (!equal(await node.online(), all) || !areTold(load, node, all, true)) return false;
    return true;
  };
  const back = await arena.until(areBack, LEASE_MS + GRACE_MS + SLACK_MS);
  arena.expect(back, 'presence did not converge when everybody was back');
  if (back) return;
  for (const node of nodes) {
    const online = await node.online();
    const misled = load.devices.filter(({ port }) => port === node.socketPort);
    const wrong = misled.filter(({ presence }) => [...all].some((userId) => presence.get(userId) === false));
    arena.note(
      `at :${node.socketPort} ${online.size} of ${all.size} are online; ${wrong.length} of ${misled.length} devices take a user for offline`,
    );
  }
}

/** Everybody disconnects: nobody may stay online. */
export async function leavesNoGhosts(arena: Arena): Promise<void> {
  for (const load of arena.loads) load.close();
  const isEmpty = async (): Promise<boolean> => {
    for (const node of arena.nodes) if ((await node.online()).size > 0) return false;
    return true;
  };
  const empty = await arena.until(isEmpty, LEASE_MS + GRACE_MS + SLACK_MS);
  arena.expect(empty, 'users who have disconnected are still online');
}
