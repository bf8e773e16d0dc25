import { randomBytes } from 'node:crypto';
import type { PresenceKeys, LeaseState } from './presence-keys.js';

/**
 * A node's id in Redis, and until when it counts as alive. The node takes a new id each time it finds its lease gone,
 * so a sweep of the old id never removes what the live node holds.
 */
export class NodeLease {
  id = randomId();
  /** The previous id. What was written under it after the sweep is removed by the next step on the same user. */
  former: string | null = null;
  private isTaken = false;
  private renewedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly keys: PresenceKeys,
    private readonly leaseMs: number,
  ) {}

  get isDue(): boolean {
    return performance.now() - this.renewedAt >= this.leaseMs / 3;
  }

  /**
   * Takes the lease, or renews it. Unless it was held, the node has a new id afterwards. Rejects when Redis is away.
   */
  async renew(): Promise<LeaseState> {
    const { keys, leaseMs } = this;
    const at = performance.now();
    const standing = await keys.renew(this.id, { leaseMs, create: !this.isTaken });
    if (standing !== 'held') {
      const id = randomId();
      await keys.renew(id, { leaseMs, create: true });
      this.former = this.id;
      this.id = id;
    }
    this.isTaken = true;
    this.renewedAt = at;
    return standing;
  }
}

function randomId(): string {
  return randomBytes(6).toString('hex');
}
