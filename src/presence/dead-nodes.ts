import { Logger } from '@nestjs/common';
import type { DeadNode, PresenceKeys } from './presence-keys.js';
import type { PresenceChange } from './presence-store.js';

/** Between batches of people of a dead node: each of them is announced. Milliseconds. */
const PAUSE_MS = 50;

/** One who has not swept a node by then is dead too, and another one goes on. Milliseconds. */
const SWEEP_WITHIN_MS = 60_000;

export interface Sweeper {
  keys: PresenceKeys;
  /** Hears of each who has gone offline with their node. */
  tell: (change: PresenceChange) => void;
  /** What this node calls itself now: it never sweeps that. */
  self: () => string;
  /** Whether it may sweep now. */
  may: () => boolean;
}

/** Takes out the people of nodes whose lease has run out, one node at a time. Nothing else waits for it. */
export class DeadNodes {
  private readonly logger = new Logger(DeadNodes.name);
  private sweeping = false;
  private notBefore = 0;

  constructor(private readonly sweeper: Sweeper) {}

  /** Nothing is swept for so long: the others may have been without Redis as well, and be back in a moment. */
  wait(forMs: number): void {
    this.notBefore = performance.now() + forMs;
  }

  /** Sweeps those that there are, unless it is at it, or is to wait. Never rejects. */
  async sweep(): Promise<void> {
    if (this.sweeping || performance.now() < this.notBefore) return;
    this.sweeping = true;
    const { keys, self, may } = this.sweeper;
    try {
      for (let dead: DeadNode | null; may() && (dead = await keys.claim(SWEEP_WITHIN_MS, self()));) {
        if (await this.takeOut(dead)) await keys.forget(dead.node);
      }
    } catch (error) {
      if (may()) this.logger.warn(`Nodes that are gone were not swept: ${String(error)}`);
    } finally {
      this.sweeping = false;
    }
  }

  /** False: it was broken off, and is gone on with when the claim runs out. */
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
