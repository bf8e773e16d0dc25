import { Logger } from '@nestjs/common';
import type { RedisLink } from '../redis/redis-link.js';
import { sweepDeadNodes } from './dead-nodes.js';
import { NodeLease } from './node-lease.js';
import { PresenceKeys } from './presence-keys.js';
import { type PresenceChange, PresenceStore } from './presence-store.js';

/** People that are entered anew side by side, after Redis was away. */
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
  private readonly people = new Map<number, Present>();
  /** People who left for good while Redis was away, and when. */
  private readonly left = new Map<number, number>();
  private listener: (change: PresenceChange) => void = () => undefined;
  private joined = false;
  private joining: Promise<void> | null = null;
  private peopleRenewedAt = performance.now();
  private ticking = false;
  private closed = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly link: RedisLink,
    private readonly options: { prefix: string; graceMs: number; leaseMs: number },
  ) {
    super();
    this.keys = new PresenceKeys(link, options.prefix);
    this.lease = new NodeLease(this.keys, options.leaseMs);
    link.on('up', () => void this.join());
    link.on('down', () => (this.joined = false));
    this.timer = setInterval(() => void this.tick(), Math.min(1_000, options.leaseMs / 5)).unref();
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
    if (came === null) present.entered = false;
    else this.haveEntered(present);
    if (came ?? !known) this.listener({ userId, online: true, at: new Date() });
  }

  override async leave(userId: number, connectionId: string, options: { grace: boolean }): Promise<void> {
    const present = this.people.get(userId);
    if (!present?.connections.delete(connectionId) || present.connections.size > 0) return;
    const at = Date.now();
    if (options.grace && this.options.graceMs > 0) await this.drop(userId, present, at);
    else await this.go(userId, at);
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
    const online = new Set([...this.people.keys()].slice(0, limit));
    const others = online.size < limit ? await this.tryIn(() => this.keys.somePeople(limit)) : null;
    return [...online, ...(others ?? []).filter((userId) => !online.has(userId))].slice(0, limit);
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
      this.people.size === 0
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
    if (left === 'elsewhere' || left === 'gone') {
      this.people.delete(userId);
      return;
    }
    const rest = Math.max(0, at + this.options.graceMs - Date.now());
    present.grace = setTimeout(() => void this.end(userId, present, left !== null), rest).unref();
  }

  private async go(userId: number, at: number): Promise<void> {
    this.people.delete(userId);
    const left = await this.tryIn(() => this.keys.leave(userId, this.lease, null));
    if (left === null) this.left.set(userId, at);
    if (left === null || left === 'gone') this.listener({ userId, online: false, at: new Date(at) });
  }

  /** The grace period is over; `recorded` says whether Redis knows when it began. */
  private async end(userId: number, present: Present, recorded: boolean): Promise<void> {
    const at = present.droppedAt ?? Date.now();
    this.people.delete(userId);
    const gone = await this.tryIn(async () => {
      if (!present.entered) return !(await this.keys.onlineAmong([userId])).has(userId);
      if (recorded) return this.keys.end(userId, this.lease, at);
      return (await this.keys.leave(userId, this.lease, null)) === 'gone';
    });
    if (gone === null) this.left.set(userId, at);
    if (gone ?? true) this.listener({ userId, online: false, at: new Date(at) });
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
    if (!this.joined && this.link.isUp) await this.join();
  }

  /** Redis is there: this node and its people are entered where they are not. */
  private join(): Promise<void> {
    this.joining ??= this.register()
      .catch((error: unknown) => {
        this.joined = false;
        this.logger.warn(`Presence is not in Redis yet: ${String(error)}`);
      })
      .finally(() => (this.joining = null));
    return this.joining;
  }

  private async register(): Promise<void> {
    const standing = await this.lease.renew();
    if (standing !== 'held') {
      for (const present of this.people.values()) {
        // Whom another node swept it has announced to have gone; of whom Redis forgot, nobody was told.
        present.forgotten = standing === 'forgotten' && (present.entered || present.forgotten);
        present.entered = false;
      }
    }
    this.joined = true;
    for (const [userId, at] of this.left) {
      this.left.delete(userId);
      const gone = await this.keys.leave(userId, this.lease, null);
      if (gone === 'gone') this.listener({ userId, online: false, at: new Date(at) });
    }
    await this.enterAll((present) => !present.entered);
  }

  private async enterAll(which: (present: Present) => boolean): Promise<void> {
    const people = [...this.people].filter(([, present]) => present.connections.size > 0 && which(present));
    for (let i = 0; i < people.length; i += AT_ONCE) {
      await Promise.all(
        people.slice(i, i + AT_ONCE).map(async ([userId, present]) => {
          if (this.people.get(userId) !== present || present.connections.size === 0) return;
          const came = await this.keys.enter(userId, this.lease);
          const isNews = came && !present.forgotten;
          this.haveEntered(present);
          if (isNews) this.listener({ userId, online: true, at: new Date() });
        }),
      );
    }
  }

  private haveEntered(present: Present): void {
    present.entered = true;
    present.forgotten = false;
  }

  private async tick(): Promise<void> {
    if (this.ticking || this.closed || !this.link.isUp) return;
    this.ticking = true;
    try {
      await this.renew();
      const tell = (change: PresenceChange) => this.listener(change);
      await sweepDeadNodes(this.keys, tell, () => this.closed || !this.joined);
    } catch (error) {
      if (this.link.isUp) this.logger.warn(`Leases were not looked after: ${String(error)}`);
    } finally {
      this.ticking = false;
    }
  }

  private async renew(): Promise<void> {
    if (!this.joined || this.lease.isDue) await this.join();
    const now = performance.now();
    if (now - this.peopleRenewedAt < RENEW_PEOPLE_EVERY_MS) return;
    this.peopleRenewedAt = now;
    await this.enterAll(() => true);
  }
}

function newPresent(): Present {
  return { connections: new Set(), droppedAt: null, grace: null, entered: false, forgotten: false };
}
