/** A user came online or went offline. */
export interface PresenceChange {
  userId: number;
  online: boolean;
  /** When it happened. For a dropped connection: when it dropped, not the end of the grace period. */
  at: Date;
}

declare module '../common/bus.js' {
  interface InnerEvents {
    /** Emitted once per change, at the node that caused it. */
    presenceChanged: PresenceChange;
  }
}

/**
 * Who is online. A user is online while any of their connections is entered. An implementation reports each change
 * once, to the callback in its constructor. One implementation per kind of deployment; never used for authorization.
 */
export abstract class PresenceStore {
  /** Adds a connection. A user who was offline is online from now on. */
  abstract enter(userId: number, connectionId: string): Promise<void>;

  /**
   * Removes a connection. If it was the user's last one, they are offline at once, or with `grace` when the grace
   * period has passed without a new one.
   */
  abstract leave(userId: number, connectionId: string, options: { grace: boolean }): Promise<void>;

  /** The users who are online at this node. */
  abstract get here(): ReadonlyMap<number, unknown>;

  /** The users among `userIds` who are online. Users whose state can't be read now count as `ifUnknown`. */
  abstract onlineAmong(
    userIds: readonly number[],
    options?: { ifUnknown: 'offline' | 'online' },
  ): Promise<Set<number>>;

  /** Some of the online users, at most `limit`. */
  abstract online(limit: number): Promise<number[]>;

  /** Resolves when every leave under way has been reported, or turned out to be no change. Never rejects. */
  abstract settled(): Promise<void>;

  /** Ends timers; no state changes any more. */
  abstract close(): Promise<void>;
}
