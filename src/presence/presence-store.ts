/** Somebody came online, or went offline at a moment. */
export interface PresenceChange {
  userId: number;
  online: boolean;
  /** When it happened: for a dropped connection the moment it dropped, not the end of the grace period. */
  at: Date;
}

/**
 * Who is online: a person is while any connection of theirs is in. One implementation a kind of deployment;
 * never used for authorization.
 */
export abstract class PresenceStore {
  /** Adds a connection; a person who was offline is online from now on. */
  abstract enter(userId: number, connectionId: string): Promise<void>;

  /**
   * Takes a connection out. If it was the person's last they are offline at once, or with `grace` once the
   * grace period has passed without another one.
   */
  abstract leave(userId: number, connectionId: string, options: { grace: boolean }): Promise<void>;

  /** People who are online at this node. */
  abstract get size(): number;

  /** Those of the people who are online. */
  abstract onlineAmong(userIds: readonly number[]): Promise<Set<number>>;

  /** Those of the people who are online as far as this node can tell: all, when it can't. */
  abstract mayBeOnline(userIds: readonly number[]): Promise<Set<number>>;

  /** Some of the people who are online, at most `limit`. */
  abstract online(limit: number): Promise<number[]>;

  /** Some of the people who are online at this node, at most `limit`. */
  abstract here(limit: number): number[];

  /** Hears each change once. */
  abstract onChange(listener: (change: PresenceChange) => void): void;

  /** Resolves when all who have gone are told of, whose going takes steps elsewhere. Never rejects. */
  abstract settled(): Promise<void>;

  /** Ends timers; nobody's state changes any more. */
  abstract close(): Promise<void>;
}
