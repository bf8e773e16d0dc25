import { Logger } from '@nestjs/common';
import type { DeadNode, PresenceKeys } from './presence-keys.js';
import type { PresenceChange } from './presence-store.js';

/** Milliseconds between two batches of a dead node's users: each of them is announced. */
const PAUSE_MS = 50;

/** Milliseconds after which another node takes over a sweep: the node that began it counts as dead too. */
const SWEEP_WITHIN_MS = 60_000;

export interface Sweeper {
  keys: PresenceKeys;
  /** Called for each user who goes offline with the dead node. */
  tell: (change: PresenceChange) => void;
  /** This node's current id: it never sweeps itself. */
  self: () => string;
  /** Whether it may sweep now. */
  may: () => boolean;
}

/** Removes the users of nodes whose lease has expired, one node at a time. Nothing else waits for it. */
export class DeadNodes {
  private readonly logger = new Logger(DeadNodes.name);
  private sweeping = false;
  private notBefore = 0;

  constructor(private readonly sweeper: Sweeper) {}

  /** Sweeps nothing for `forMs`: other nodes may have lost Redis as well, and renew their leases soon. */
  wait(forMs: number): void {
    this.notBefore = performance.now() + forMs;
  }

  /** Sweeps dead nodes, unless a sweep is under way or `wait` forbids it. Never rejects. */
  async sweep(): Promise<void> {
    if (this.sweeping || performance.now() < this.notBefore) return;
    this.sweeping = true;
    const { keys, self, may } = this.sweeper;
    try {
      for (let dead: DeadNode | null; may() && (dead = await keys.claim(SWEEP_WITHIN_MS, self()));) {
        if (await this.takeOut(dead)) await keys.forget(dead.node);
      }
    } catch (error) {
      if (may()) this.logger.warn(`Could not sweep dead nodes: ${String(error)}`);
    } finally {
      this.sweeping = false;
    }
  }

  /** False when it was interrupted; another node continues when the claim has expired. */
  private async takeOut(dead: DeadNode): Promise<boolean> {
    const { keys, tell, may } = this.sweeper;
    for await (const gone of keys.sweep(dead)) {
      for (const { userId, at } of gone) tell({ userId, online: false, at });
      if (gone.length > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      if (!may()) return false;
    }
    return true;
  }
}
