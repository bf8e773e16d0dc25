import type { NodeLease } from './node-lease.js';
import type { PresenceKeys } from './presence-keys.js';
import type { PresenceChange } from './presence-store.js';

/** Users that are entered again, or removed, in parallel. */
const AT_ONCE = 200;

/** Entries that are not renewed expire after six hours: see presence-keys.ts. */
const RENEW_PEOPLE_EVERY_MS = 3_600_000;

export interface Present {
  connections: Set<string>;
  /** When the last connection dropped; null while there is one. */
  droppedAt: number | null;
  /** Runs while the grace period lasts. */
  grace: NodeJS.Timeout | null;
  /** Redis has the user at this node. */
  entered: boolean;
  /** Redis lost the user, and their going offline was never announced: entering them again is no news. */
  forgotten: boolean;
}

/** Tracks where Redis may be wrong about the users of this node, and corrects it. */
export class PresenceReconciler {
  /** Users who left without a grace period, or after it, and may still be in Redis; and when they left. */
  private readonly left = new Map<number, number>();
  /** Redis may lack a user who is here, or have one who has left. */
  private behind = false;
  /** Redis was away: it may have come back empty, or with old data. */
  private unsure = false;
  private settling = false;
  private peopleRenewedAt = performance.now();

  constructor(
    private readonly keys: PresenceKeys,
    private readonly lease: NodeLease,
    private readonly people: ReadonlyMap<number, Present>,
    private readonly tell: (change: PresenceChange) => void,
  ) {}

  get isBehind(): boolean {
    return this.behind || this.unsure;
  }

  get isUnsure(): boolean {
    return this.unsure;
  }

  /** The link is lost. */
  lose(): void {
    this.unsure = true;
  }

  /** Redis did not confirm that the user left. */
  notLeft(userId: number, at: number): void {
    if (this.people.has(userId)) return;
    this.left.set(userId, at);
    this.behind = true;
  }

  /** The user is back. The caller enters them next. */
  back(userId: number): void {
    this.left.delete(userId);
  }

  /** All users have to be entered again. `swept`: another node announced them as offline; otherwise no node did. */
  doubt(swept: boolean): void {
    for (const present of this.people.values()) {
      present.forgotten = !swept && (present.entered || present.forgotten);
      present.entered = false;
    }
    this.behind = true;
  }

  /** Enters a user who is here. True when their being online is news to others. */
  async enter(userId: number, present: Present): Promise<boolean> {
    const { id } = this.lease;
    const came = await this.keys.enter(userId, this.lease);
    const isNews = came && !present.forgotten;
    present.entered = this.lease.id === id;
    present.forgotten = false;
    this.behind ||= !present.entered;
    return isNews;
  }

  /** Redis did not confirm that the user was entered. */
  notEntered(present: Present): void {
    present.entered = false;
    this.behind = true;
  }

  /**
   * Brings Redis up to date with the users of this node, where it may be wrong. If it rejects, the next call does the
   * rest. A call while another one runs does nothing.
   */
  async settle(): Promise<void> {
    const now = performance.now();
    const isOld = now - this.peopleRenewedAt >= RENEW_PEOPLE_EVERY_MS;
    if (this.settling || (!this.isBehind && !isOld)) return;
    const { unsure } = this;
    this.behind = this.unsure = false;
    this.settling = true;
    try {
      await this.takeOutLeft();
      await this.enterAll((present) => isOld || !present.entered);
      if (unsure) await this.takeOutStrangers();
      if (isOld) this.peopleRenewedAt = now;
    } catch (error) {
      this.behind = true;
      this.unsure ||= unsure;
      throw error;
    } finally {
      this.settling = false;
    }
  }

  /** Removes users whom a Redis with old data has here again. Their leaving was announced at the time. */
  private async takeOutStrangers(): Promise<void> {
    for await (const people of this.keys.peopleOf(this.lease.id)) {
      const strangers = people.filter((userId) => !this.people.has(userId));
      await inBatches(strangers, async (userId) => {
        if (!this.people.has(userId)) await this.keys.leave(userId, this.lease, null);
      });
    }
  }

  private async takeOutLeft(): Promise<void> {
    await inBatches(this.left, async ([userId, at]) => {
      // The user is back, or left again meanwhile.
      if (this.left.get(userId) !== at) return;
      const left = await this.keys.leave(userId, this.lease, null);
      if (this.left.get(userId) === at) this.left.delete(userId);
      if (left === 'gone') this.tell({ userId, online: false, at: new Date(at) });
    });
  }

  private async enterAll(which: (present: Present) => boolean): Promise<void> {
    const people = [...this.people].filter(([, present]) => which(present));
    await inBatches(people, async ([userId, present]) => {
      if (this.people.get(userId) !== present || present.connections.size === 0) return;
      if (await this.enter(userId, present)) this.tell({ userId, online: true, at: new Date() });
    });
  }
}

async function inBatches<T>(all: Iterable<T>, run: (one: T) => Promise<void>): Promise<void> {
  const list = [...all];
  for (let i = 0; i < list.length; i += AT_ONCE) await Promise.all(list.slice(i, i + AT_ONCE).map(run));
}
