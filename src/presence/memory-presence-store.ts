import { type PresenceChange, PresenceStore } from './presence-store.js';

interface OnlineUser {
  connections: Set<string>;
  /** Runs during the grace period, after the last connection has dropped. */
  grace: NodeJS.Timeout | null;
}

/** The presence map of a single node. */
export class MemoryPresenceStore extends PresenceStore {
  private readonly people = new Map<number, OnlineUser>();

  /** `graceMs` is in milliseconds. */
  constructor(
    private readonly graceMs: number,
    private readonly tell: (change: PresenceChange) => void,
  ) {
    super();
  }

  override async enter(userId: number, connectionId: string): Promise<void> {
    const present = this.people.get(userId);
    if (present) {
      if (present.grace) clearTimeout(present.grace);
      present.grace = null;
      present.connections.add(connectionId);
      return;
    }
    this.people.set(userId, { connections: new Set([connectionId]), grace: null });
    this.tell({ userId, online: true, at: new Date() });
  }

  override async leave(userId: number, connectionId: string, options: { grace: boolean }): Promise<void> {
    const present = this.people.get(userId);
    if (!present?.connections.delete(connectionId) || present.connections.size > 0) return;
    const at = new Date();
    if (!options.grace || this.graceMs === 0) {
      this.end(userId, at);
      return;
    }
    present.grace = setTimeout(() => this.end(userId, at), this.graceMs).unref();
  }

  override get here(): ReadonlyMap<number, unknown> {
    return this.people;
  }

  override async onlineAmong(userIds: readonly number[]): Promise<Set<number>> {
    return new Set(userIds.filter((userId) => this.people.has(userId)));
  }

  override async online(limit: number): Promise<number[]> {
    return [...this.people.keys()].slice(0, limit);
  }

  override async settled(): Promise<void> {}

  override async close(): Promise<void> {
    for (const present of this.people.values()) if (present.grace) clearTimeout(present.grace);
    this.people.clear();
  }

  private end(userId: number, at: Date): void {
    this.people.delete(userId);
    this.tell({ userId, online: false, at });
  }
}
