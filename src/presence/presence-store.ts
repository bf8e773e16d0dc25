/** Somebody came online, or went offline at a moment. */
export interface PresenceChange {
  userId: number;
  online: boolean;
  /** When it happened: for a dropped connection the moment it dropped, not the end of the grace period. */
  at: Date;
}

declare module '../common/bus.js' {
  interface InnerEvents {
    /** Said once of each change, at the node that brought it about. */
    presenceChanged: PresenceChange;
  }
}

/**
 * Who is online: a person is while any connection of theirs is in. Each change is told once, to whom the constructor of
 * an implementation takes. One implementation a kind of deployment; never used for authorization.
 */
export abstract class PresenceStore {
  /** Adds a connection; a person who was offline is online from now on. */
  abstract enter(userId: number, connectionId: string): Promise<void>;

  /**
   * Takes a connection out. If it was the person's last they are offline at once, or with `grace` once the
   * grace period has passed without another one.
   */
  abstract leave(userId: number, connectionId: string, options: { grace: boolean }): Promise<void>;

  /** The people who are online at this node. */
  abstract get here(): ReadonlyMap<number, unknown>;

  /** Those of the people who are online. Of whom this can't be told now, `ifUnknown` is taken to be so. */
  abstract onlineAmong(
    userIds: readonly number[],
    options?: { ifUnknown: 'offline' | 'online' },
  ): Promise<Set<number>>;

  /** Some of the people who are online, at most `limit`. */
  abstract online(limit: number): Promise<number[]>;

  /** Resolves when every leaving that is under way has been told, or found to be no change. Never rejects. */
  abstract settled(): Promise<void>;

  /** Ends timers; nobody's state changes any more. */
  abstract close(): Promise<void>;
}
