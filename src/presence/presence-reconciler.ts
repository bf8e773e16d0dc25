import type { NodeLease } from './node-lease.js';
import type { PresenceKeys } from './presence-keys.js';
import type { PresenceChange } from './presence-store.js';

/** People that are entered anew, or taken out, side by side. */
const AT_ONCE = 200;

/** What nobody renews is forgotten after six hours: see presence-keys.ts. */
const RENEW_PEOPLE_EVERY_MS = 3_600_000;

export interface Present {
  connections: Set<string>;
  /** When the last connection dropped; null while there is one. */
  droppedAt: number | null;
  /** Runs while the grace period lasts. */
  grace: NodeJS.Timeout | null;
  /** Redis has the person as being here. */
  entered: boolean;
  /** Redis has forgotten them, and nobody was told that they had gone: entering them anew is no news. */
  forgotten: boolean;
}

/** What Redis may have wrong about the people of this node, and how it is put right. */
export class PresenceReconciler {
  /** People who left for good and may be in Redis still, and when. */
  private readonly left = new Map<number, number>();
  /** Redis may lack somebody who is here, or have somebody who has left. */
  private behind = false;
  /** Redis was away: it may have come back empty, or as it was some time ago. */
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

  /** Their leaving had no answer. */
  notLeft(userId: number, at: number): void {
    if (this.people.has(userId)) return;
    this.left.set(userId, at);
    this.behind = true;
  }

  /** They are here again: the step that enters them comes next. */
  back(userId: number): void {
    this.left.delete(userId);
  }

  /** All are entered anew. `swept`: another node has announced that they had gone; else nobody was told a thing. */
  doubt(swept: boolean): void {
    for (const present of this.people.values()) {
      present.forgotten = !swept && (present.entered || present.forgotten);
      present.entered = false;
    }
    this.behind = true;
  }

  /** Enters somebody who is here. True: that they are online is news. */
  async enter(userId: number, present: Present): Promise<boolean> {
    const { id } = this.lease;
    const came = await this.keys.enter(userId, this.lease);
    const isNews = came && !present.forgotten;
    present.entered = this.lease.id === id;
    present.forgotten = false;
    this.behind ||= !present.entered;
    return isNews;
  }

  /** Their entry had no answer. */
  notEntered(present: Present): void {
    present.entered = false;
    this.behind = true;
  }

  /**
   * Redis comes to have the people of this node as they are, if something is to be done for that. What was not done
   * when this rejects is done by the next one; while one runs another does nothing.
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

  /** Those whom an old Redis has here again. That they left was told when they did. */
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
      // Back, or gone once more.
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
