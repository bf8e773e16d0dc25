import { Logger } from '@nestjs/common';
import type { RedisLink } from '../redis/redis-link.js';
import { PresenceReconciler, type Present } from './presence-reconciler.js';
import { DeadNodes } from './dead-nodes.js';
import { NodeLease } from './node-lease.js';
import { PresenceKeys } from './presence-keys.js';
import { type PresenceChange, PresenceStore } from './presence-store.js';

/**
 * The presence map of several nodes. Each node renews a lease; when it expires, one of the others removes the node's
 * users. Every change is announced by the one node whose step in Redis caused it.
 *
 * While Redis is away, each node uses only its own connections, and nothing waits.
 */
export class RedisPresenceStore extends PresenceStore {
  private readonly logger = new Logger(RedisPresenceStore.name);
  private readonly keys: PresenceKeys;
  private readonly lease: NodeLease;
  private readonly dead: DeadNodes;
  private readonly reconciler: PresenceReconciler;
  private readonly people = new Map<number, Present>();
  private joined = false;
  private joining: Promise<void> | null = null;
  private closed = false;
  private readonly going = new Set<Promise<void>>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly link: RedisLink,
    private readonly options: { prefix: string; graceMs: number; leaseMs: number },
    private readonly changed: (change: PresenceChange) => void,
  ) {
    super();
    this.keys = new PresenceKeys(link, options.prefix);
    this.lease = new NodeLease(this.keys, options.leaseMs);
    const tell = (change: PresenceChange) => this.tell(change);
    this.reconciler = new PresenceReconciler(this.keys, this.lease, this.people, tell);
    this.dead = new DeadNodes({
      keys: this.keys,
      tell,
      self: () => this.lease.id,
      may: () => this.joined && !this.closed,
    });
    link.on('up', () => void this.join());
    link.on('down', () => this.lose());
    this.timer = setInterval(() => this.tick(), Math.min(1_000, options.leaseMs / 5)).unref();
    if (link.isUp) void this.join();
  }

  override get here(): ReadonlyMap<number, unknown> {
    return this.people;
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
    this.reconciler.back(userId);
    const isNews = await this.tryIn(() => this.reconciler.enter(userId, present));
    if (isNews === null) this.reconciler.notEntered(present);
    if (isNews ?? !known) this.tell({ userId, online: true, at: new Date() });
  }

  override async leave(userId: number, connectionId: string, options: { grace: boolean }): Promise<void> {
    const present = this.people.get(userId);
    if (!present?.connections.delete(connectionId) || present.connections.size > 0) return;
    const at = Date.now();
    if (options.grace && this.options.graceMs > 0) await this.drop(userId, present, at);
    else await this.go(userId, present, at);
  }

  override async onlineAmong(
    userIds: readonly number[],
    { ifUnknown } = { ifUnknown: 'offline' },
  ): Promise<Set<number>> {
    const others = userIds.filter((userId) => !this.people.has(userId));
    const online = new Set(userIds.filter((userId) => this.people.has(userId)));
    if (others.length === 0) return online;
    await this.whenJoined();
    const elsewhere = await this.tryIn(() => this.keys.onlineAmong(others));
    for (const userId of elsewhere ?? (ifUnknown === 'online' ? others : [])) online.add(userId);
    return online;
  }

  override async online(limit: number): Promise<number[]> {
    const online = new Set([...this.people.keys()].slice(0, limit));
    const others = online.size < limit ? await this.tryIn(() => this.keys.somePeople(limit)) : null;
    return [...online, ...(others ?? []).filter((userId) => !online.has(userId))].slice(0, limit);
  }

  override async settled(): Promise<void> {
    await Promise.all(this.going);
  }

  /** Users in their grace period keep it after this node stops: its lease lasts that long, then it is swept. */
  override async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    clearInterval(this.timer);
    for (const { grace } of this.people.values()) if (grace) clearTimeout(grace);
    const { graceMs: leaseMs } = this.options;
    const { id } = this.lease;
    await this.tryIn<unknown>(() =>
      this.people.size === 0 && !this.reconciler.isBehind
        ? this.keys.forget(id)
        : this.keys.renew(id, { leaseMs: leaseMs + 1, create: false }),
    );
    this.joined = false;
    this.people.clear();
  }

  private async drop(userId: number, present: Present, at: number): Promise<void> {
    present.droppedAt = at;
    const left = await this.tryIn(() => this.keys.leave(userId, this.lease, at));
    // The user is back already, or has left without a grace period.
    if (this.closed || this.people.get(userId) !== present || present.droppedAt !== at) return;
    // A user who is absent from Redis was perhaps never entered: then this node announces the end of the grace period.
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

  /** Leaves without a grace period. Always asks Redis: it may have an entry whose confirmation was lost. */
  private go(userId: number, present: Present, at: number): Promise<void> {
    this.people.delete(userId);
    const gone = this.takeOut(userId, present, at).finally(() => this.going.delete(gone));
    this.going.add(gone);
    return gone;
  }

  private async takeOut(userId: number, present: Present, at: number): Promise<void> {
    const left = await this.tryIn(() => this.keys.leave(userId, this.lease, null));
    if (left === null) this.reconciler.notLeft(userId, at);
    const isNews = left === null || left === 'gone' || (left === 'absent' && !present.entered);
    if (isNews) this.tell({ userId, online: false, at: new Date(at) });
  }

  private tell(change: PresenceChange): void {
    if (!this.closed) this.changed(change);
  }

  /** Null when Redis is away, or went away before it answered. */
  private async tryIn<T>(step: () => Promise<T>): Promise<T | null> {
    if (!this.joined || !this.link.isUp) return null;
    try {
      return await step();
    } catch {
      return null;
    }
  }

  /** Resolves when this node is registered in Redis; at once while Redis is away. */
  async whenJoined(): Promise<void> {
    if (!this.joined && !this.closed && this.link.isUp) await this.join();
  }

  /** Redis is up: registers this node, and begins to enter its users. */
  private join(): Promise<void> {
    this.joining ??= this.register()
      .then(() => void this.settle())
      .catch((error: unknown) => this.warn('Could not register this node in Redis for presence', error))
      .finally(() => (this.joining = null));
    return this.joining;
  }

  private async register(): Promise<void> {
    const standing = await this.lease.renew();
    if (this.reconciler.isUnsure) this.dead.wait(this.options.leaseMs);
    if (this.reconciler.isUnsure || standing !== 'held') this.reconciler.doubt(standing === 'swept');
    this.joined = true;
  }

  /** May take long with many users: the lease is renewed meanwhile. */
  private async settle(): Promise<void> {
    try {
      await this.reconciler.settle();
    } catch (error) {
      this.warn('Could not bring presence in Redis up to date', error);
    }
  }

  private lose(): void {
    this.joined = false;
    this.reconciler.lose();
  }

  private tick(): void {
    if (this.closed) return;
    if (!this.link.isUp) return this.lose();
    if (!this.joined || this.lease.isDue) void this.join();
    else void this.settle();
    void this.dead.sweep();
  }

  private warn(what: string, error: unknown): void {
    if (this.link.isUp && !this.closed) this.logger.warn(`${what}: ${String(error)}`);
  }
}

function newPresent(): Present {
  return { connections: new Set(), droppedAt: null, grace: null, entered: false, forgotten: false };
}
