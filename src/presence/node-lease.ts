import { randomBytes } from 'node:crypto';
import type { PresenceKeys, LeaseState } from './presence-keys.js';

/**
 * What a node calls itself in Redis, and until when it counts as alive. It gets another id each time its lease is not
 * there any more, so that what is swept is never what lives.
 */
export class NodeLease {
  id = randomId();
  /** The id before; whatever came in by it after it was swept goes with the next step on the same person. */
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

  /** Takes the lease, or renews it. Unless it was held there is another id from now on. Rejects when Redis is away. */
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
