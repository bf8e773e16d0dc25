import { Logger } from '@nestjs/common';
import type { DeadNode, PresenceKeys } from './presence-keys.js';
import type { PresenceChange } from './presence-store.js';

/** Milliseconds between two batches of a dead node's people: every one of them is announced. */
const PAUSE_MS = 50;

/** Milliseconds after which another node takes over the sweeping: the one that began it is dead too. */
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

  /** Sweeps nothing for so long: the other nodes may have lost Redis as well, and be back in a moment. */
  wait(forMs: number): void {
    this.notBefore = performance.now() + forMs;
  }

  /** Sweeps the nodes that are dead, unless it is sweeping already or has to wait. Never rejects. */
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

  /** False when it was interrupted; some node goes on with it when the claim has run out. */
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
