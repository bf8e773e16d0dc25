import type { PresenceKeys } from './presence-keys.js';
import type { PresenceChange } from './presence-store.js';

/** Between batches of people of a dead node: each of them is announced. Milliseconds. */
const PAUSE_MS = 50;

/** One who has not swept a node by then is dead too, and another one goes on. Milliseconds. */
const SWEEP_WITHIN_MS = 60_000;

/** Takes out the people of nodes whose lease has run out; tells of each who has gone offline by that. */
export async function sweepDeadNodes(
  keys: PresenceKeys,
  tell: (change: PresenceChange) => void,
  isOver: () => boolean,
): Promise<void> {
  while (!isOver()) {
    const dead = await keys.claim(SWEEP_WITHIN_MS);
    if (dead === null) return;
    for await (const gone of keys.sweep(dead)) {
      for (const { userId, at } of gone) tell({ userId, online: false, at });
      if (gone.length > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    await keys.forget(dead.node);
  }
}
