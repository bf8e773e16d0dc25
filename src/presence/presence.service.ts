import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import type { PresenceView } from '../contract/index.js';
import { ActiveDevices } from './active-devices.js';
import { LastSeen } from './last-seen.js';
import { PresenceReads } from './presence-reads.js';
import { PresenceStore } from './presence-store.js';

/** Most users in a list of who is online. */
const MAX_LISTED = 1_000;

/** Most users of this node whose last-seen time is stored when the server stops. */
const MAX_AT_SHUTDOWN = 10_000;

/** Who is online, as others see it, and when users were last seen. */
@Injectable()
export class PresenceService implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger(PresenceService.name);

  constructor(
    private readonly store: PresenceStore,
    private readonly reads: PresenceReads,
    private readonly lastSeen: LastSeen,
    private readonly active: ActiveDevices,
  ) {}

  /** Stores now as the last-seen time of users online here, in case they don't return, and the times noted before. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.store.settled();
    const at = new Date();
    const here = [...this.store.here.keys()].slice(0, MAX_AT_SHUTDOWN);
    for (const userId of here) this.lastSeen.note(userId, at);
    try {
      await this.lastSeen.allSaved();
    } catch (error) {
      this.logger.warn(`Could not store when users were last seen: ${String(error)}`);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }

  /** The user is online at this connection. */
  async enter(userId: number, connectionId: string): Promise<PresenceView> {
    const { lastSeenAt } = await this.reads.arrival(userId);
    await this.store.enter(userId, connectionId);
    return { userId, online: true, lastSeenAt };
  }

  /** The user is offline at this connection, at once. Resolves when their last-seen time is stored. */
  async leave(userId: number, connectionId: string): Promise<void> {
    void this.active.end(userId, connectionId);
    await this.store.leave(userId, connectionId, { grace: false });
    await this.lastSeen.saved(userId);
  }

  /** The user is offline at this connection once the grace period has passed. */
  async drop(userId: number, connectionId: string): Promise<void> {
    void this.active.end(userId, connectionId);
    await this.store.leave(userId, connectionId, { grace: true });
  }

  /**
   * These users as the actor sees them, in order. A user whom the actor may not see looks like one who does not exist.
   * `watched` is called with the visible users before their online state is read.
   */
  async of(
    actor: Actor,
    userIds: readonly number[],
    watched?: (userIds: number[]) => void,
  ): Promise<PresenceView[]> {
    const people = [...new Set(userIds)];
    const rows = await this.reads.visibleTo(actor.userId, people);
    const visible = rows.map(({ userId }) => userId);
    watched?.(visible.filter((userId) => userId !== actor.userId));
    const online = await this.store.onlineAmong(visible);
    const seen = new Map(rows.map((row) => [row.userId, row]));
    return people.map((userId) => {
      const row = seen.get(userId);
      if (!row) return { userId, online: false, lastSeenAt: null };
      const shown = !row.invisible || userId === actor.userId;
      return { userId, online: shown && online.has(userId), lastSeenAt: row.lastSeenAt };
    });
  }

  async ofOne(actor: Actor, userId: number): Promise<PresenceView> {
    const [view] = await this.of(actor, [userId]);
    return view ?? { userId, online: false, lastSeenAt: null };
  }

  /** The online users whom the actor may see, including the actor; at most 1,000. */
  async listOnline(actor: Actor): Promise<PresenceView[]> {
    const views = await this.of(actor, await this.onlineFor(actor));
    return views.filter((view) => view.online);
  }

  /** The users among `userIds` who are online. Checks no permission: the caller has done that. */
  async onlineAmong(userIds: readonly number[]): Promise<Set<number>> {
    return this.store.onlineAmong(userIds);
  }

  /** The users among `userIds` whose presence the actor may see. */
  async visibleAmong(actor: Actor, userIds: readonly number[]): Promise<Set<number>> {
    const rows = await this.reads.visibleTo(actor.userId, userIds);
    return new Set(rows.map(({ userId }) => userId));
  }

  /**
   * The users among `userIds`, who share a chat with the actor, whose presence it does not show all the same. In open
   * mode there are none, and no query; what a block hides is for the caller to know.
   */
  async hiddenAmong(actor: Actor, userIds: readonly number[]): Promise<Set<number>> {
    if (!this.reads.afterFirstWord || userIds.length === 0) return new Set();
    const visible = await this.visibleAmong(actor, userIds);
    return new Set(userIds.filter((userId) => !visible.has(userId)));
  }

  private async onlineFor({ userId }: Actor): Promise<number[]> {
    if (userId === null) return this.store.online(MAX_LISTED);
    const companions = await this.reads.companionsOf(userId);
    const online = await this.store.onlineAmong([userId, ...companions]);
    return [...online].slice(0, MAX_LISTED);
  }
}
