import { Logger } from '@nestjs/common';
import type { RedisLink } from '../redis/redis-link.js';
import { DeadNodes } from './dead-nodes.js';
import { NodeLease } from './node-lease.js';
import { PresenceKeys } from './presence-keys.js';
import { type PresenceChange, PresenceStore } from './presence-store.js';

/** People that are entered anew, or taken out, side by side. */
const AT_ONCE = 200;

/** What nobody renews is forgotten after six hours: see presence-keys.ts. */
const RENEW_PEOPLE_EVERY_MS = 3_600_000;

interface Present {
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

/**
 * The presence map of several nodes. Each node has a lease that it renews; when it runs out, one of the others takes
 * the node's people out. Every change is announced by the one node whose step in Redis brought it about.
 *
 * While Redis is away each node goes by what it knows itself, and nothing waits.
 */
export class RedisPresenceStore extends PresenceStore {
  private readonly logger = new Logger(RedisPresenceStore.name);
  private readonly keys: PresenceKeys;
  private readonly lease: NodeLease;
  private readonly dead: DeadNodes;
  private readonly people = new Map<number, Present>();
  /** People who left for good while Redis was away, and when. */
  private readonly left = new Map<number, number>();
  private listener: (change: PresenceChange) => void = () => undefined;
  private joined = false;
  /** Redis may lack somebody who is here, or have somebody who has left. */
  private behind = false;
  /** Redis was away: it may have come back empty, or as it was some time ago. */
  private unsure = false;
  private joining: Promise<void> | null = null;
  private peopleRenewedAt = performance.now();
  private closed = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly link: RedisLink,
    private readonly options: { prefix: string; graceMs: number; leaseMs: number },
  ) {
    super();
    this.keys = new PresenceKeys(link, options.prefix);
    this.lease = new NodeLease(this.keys, options.leaseMs);
    this.dead = new DeadNodes({
      keys: this.keys,
      tell: (change) => this.listener(change),
      self: () => this.lease.id,
      may: () => this.joined && !this.closed,
    });
    link.on('up', () => void this.join());
    link.on('down', () => this.lose());
    this.timer = setInterval(() => this.tick(), Math.min(1_000, options.leaseMs / 5)).unref();
    if (link.isUp) void this.join();
  }

  override get size(): number {
    return this.people.size;
  }

  override async enter(userId: number, connectionId: string): Promise<void> {
    const known = this.people.get(userId);
    const present = known ?? newPresent();
    const wasHere = present.connections.size > 0;
    if (present.grace) clearTimeout(present.grace);
    present.grace = null;
    present.droppedAt = null;
    present.connections.add(connectionId);
    this.people.set(userId, present);
    if (wasHere && present.entered) return;
    this.left.delete(userId);
    const came = await this.tryIn(() => this.keys.enter(userId, this.lease));
    const isNews = came === null ? !known : came && !present.forgotten;
    if (came === null) this.notEntered(present);
    else this.haveEntered(present);
    if (isNews) this.listener({ userId, online: true, at: new Date() });
  }

  override async leave(userId: number, connectionId: string, options: { grace: boolean }): Promise<void> {
    const present = this.people.get(userId);
    if (!present?.connections.delete(connectionId) || present.connections.size > 0) return;
    const at = Date.now();
    if (options.grace && this.options.graceMs > 0) await this.drop(userId, present, at);
    else await this.go(userId, present, at);
  }

  override async onlineAmong(userIds: readonly number[]): Promise<Set<number>> {
    const { here, there } = await this.look(userIds);
    return new Set([...here, ...(there ?? [])]);
  }

  override async mayBeOnline(userIds: readonly number[]): Promise<Set<number>> {
    const { here, there } = await this.look(userIds);
    return new Set(there === null ? userIds : [...here, ...there]);
  }

  override async online(limit: number): Promise<number[]> {
    const online = new Set(this.here(limit));
    const others = online.size < limit ? await this.tryIn(() => this.keys.somePeople(limit)) : null;
    return [...online, ...(others ?? []).filter((userId) => !online.has(userId))].slice(0, limit);
  }

  override here(limit: number): number[] {
    return [...this.people.keys()].slice(0, limit);
  }

  override onChange(listener: (change: PresenceChange) => void): void {
    this.listener = listener;
  }

  /** Who is within their grace period stays so without this node: its lease lasts that long, then it is swept. */
  override async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.timer);
    this.listener = () => undefined;
    for (const { grace } of this.people.values()) if (grace) clearTimeout(grace);
    const { graceMs: leaseMs } = this.options;
    const { id } = this.lease;
    await this.tryIn<unknown>(() =>
      this.people.size === 0 && !this.behind && !this.unsure
        ? this.keys.forget(id)
        : this.keys.renew(id, { leaseMs: leaseMs + 1, create: false }),
    );
    this.joined = false;
    this.people.clear();
  }

  private async drop(userId: number, present: Present, at: number): Promise<void> {
    present.droppedAt = at;
    const left = await this.tryIn(() => this.keys.leave(userId, this.lease, at));
    // Back already, or for good.
    if (this.closed || this.people.get(userId) !== present || present.droppedAt !== at) return;
    // Whom Redis did not have it may never have had: the others are told when the grace period is over.
    if (left === 'elsewhere' || (left === 'absent' && present.entered)) {
      this.people.delete(userId);
      await this.tryIn(() => this.keys.unlist(userId, this.lease.id));
      return;
    }
    const rest = Math.max(0, at + this.options.graceMs - Date.now());
    present.grace = setTimeout(() => void this.end(userId, present, at), rest).unref();
  }

  private async end(userId: number, present: Present, droppedAt: number): Promise<void> {
    if (this.people.get(userId) === present && present.droppedAt === droppedAt) {
      await this.go(userId, present, droppedAt);
    }
  }

  /** For good. Whether Redis has them here is for Redis to say: an entry whose answer was lost may have been made. */
  private async go(userId: number, present: Present, at: number): Promise<void> {
    this.people.delete(userId);
    const left = await this.tryIn(() => this.keys.leave(userId, this.lease, null));
    if (left === null && !this.people.has(userId)) {
      this.left.set(userId, at);
      this.behind = true;
    }
    const isNews = left === null || left === 'gone' || (left === 'absent' && !present.entered);
    if (isNews) this.listener({ userId, online: false, at: new Date(at) });
  }

  /** Those who are online at this node, and at others; null: that can't be told. */
  private async look(
    userIds: readonly number[],
  ): Promise<{ here: number[]; there: Iterable<number> | null }> {
    const here = userIds.filter((userId) => this.people.has(userId));
    const others = userIds.filter((userId) => !this.people.has(userId));
    if (others.length === 0) return { here, there: [] };
    await this.whenJoined();
    return { here, there: await this.tryIn(() => this.keys.onlineAmong(others)) };
  }

  /** Null: Redis is away, or was before it answered. */
  private async tryIn<T>(step: () => Promise<T>): Promise<T | null> {
    if (!this.joined || !this.link.isUp) return null;
    try {
      return await step();
    } catch {
      return null;
    }
  }

  /** Resolves when this node and its people are entered, if Redis is there. */
  async whenJoined(): Promise<void> {
    if (!this.joined && !this.closed && this.link.isUp) await this.join();
  }

  /** Redis is there: this node and its people are entered where they are not. */
  private join(): Promise<void> {
    this.joining ??= this.register()
      .catch((error: unknown) => {
        if (this.link.isUp) this.logger.warn(`Presence is not all in Redis: ${String(error)}`);
      })
      .finally(() => (this.joining = null));
    return this.joining;
  }

  private lose(): void {
    this.joined = false;
    this.unsure = true;
  }

  private async register(): Promise<void> {
    const standing = await this.lease.renew();
    if (this.unsure) this.dead.wait(this.options.leaseMs);
    if (this.unsure || standing !== 'held') this.doubt(standing === 'swept');
    this.joined = true;
    await this.settle();
  }

  /** All are entered anew. `swept`: another node has announced that they had gone; else nobody was told a thing. */
  private doubt(swept: boolean): void {
    for (const present of this.people.values()) {
      present.forgotten = !swept && (present.entered || present.forgotten);
      present.entered = false;
    }
    this.behind = true;
  }

  /** Redis comes to have the people of this node as they are. What is left to do when this rejects is done by the next. */
  private async settle(): Promise<void> {
    const now = performance.now();
    const isOld = now - this.peopleRenewedAt >= RENEW_PEOPLE_EVERY_MS;
    if (!this.behind && !isOld) return;
    const { unsure } = this;
    this.behind = this.unsure = false;
    try {
      await this.takeOutLeft();
      await this.enterAll((present) => isOld || !present.entered);
      if (unsure) await this.takeOutStrangers();
      if (isOld) this.peopleRenewedAt = now;
    } catch (error) {
      this.behind = true;
      this.unsure ||= unsure;
      throw error;
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
      if (left === 'gone') this.listener({ userId, online: false, at: new Date(at) });
    });
  }

  private async enterAll(which: (present: Present) => boolean): Promise<void> {
    const people = [...this.people].filter(([, present]) => which(present));
    await inBatches(people, async ([userId, present]) => {
      if (this.people.get(userId) !== present || present.connections.size === 0) return;
      const came = await this.keys.enter(userId, this.lease);
      const isNews = came && !present.forgotten;
      this.haveEntered(present);
      if (isNews) this.listener({ userId, online: true, at: new Date() });
    });
  }

  private haveEntered(present: Present): void {
    present.entered = true;
    present.forgotten = false;
  }

  private notEntered(present: Present): void {
    present.entered = false;
    this.behind = true;
  }

  private tick(): void {
    if (this.closed) return;
    if (!this.link.isUp) return this.lose();
    if (!this.joined || this.behind || this.lease.isDue) void this.join();
    void this.dead.sweep();
  }
}

async function inBatches<T>(all: Iterable<T>, run: (one: T) => Promise<void>): Promise<void> {
  const list = [...all];
  for (let i = 0; i < list.length; i += AT_ONCE) await Promise.all(list.slice(i, i + AT_ONCE).map(run));
}

function newPresent(): Present {
  return { connections: new Set(), droppedAt: null, grace: null, entered: false, forgotten: false };
}
