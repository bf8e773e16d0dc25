import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { KnownUsers } from '../auth/known-users.js';
import { Blocks } from '../blocks/blocks.js';
import type { PresenceView } from '../contract/index.js';
import { Sql } from '../database/sql.js';
import { Publisher } from '../realtime/publisher.js';
import { type PresenceChange, PresenceStore } from './presence-store.js';
import { lastSeenOf, peersOf, recordLastSeen } from './presence.queries.js';

/** Most people that a list of who is online holds. */
const MAX_LISTED = 1_000;

/** Most people who are told of one change. */
const MAX_TOLD = 5_000;

/** Who is online, who hears of it, and when somebody was last seen. */
@Injectable()
export class PresenceService implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(PresenceService.name);
  /** People whose changes are being announced: resolves with the last of them. */
  private readonly announcing = new Map<number, Promise<void>>();

  constructor(
    private readonly store: PresenceStore,
    private readonly sql: Sql,
    private readonly publisher: Publisher,
    private readonly users: KnownUsers,
    private readonly blocks: Blocks,
  ) {}

  onModuleInit(): void {
    this.store.onChange((change) => this.enqueue(change));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }

  /** Online at this connection. */
  async enter(userId: number, connectionId: string): Promise<PresenceView> {
    await this.users.ensure([userId]);
    await this.store.enter(userId, connectionId);
    return this.viewOf(userId);
  }

  /** Offline at this connection; with `grace` only after the grace period. A change is stored and told by then. */
  async leave(userId: number, connectionId: string, options: { grace: boolean }): Promise<void> {
    await this.store.leave(userId, connectionId, options);
    await this.announcing.get(userId);
  }

  async viewOf(userId: number): Promise<PresenceView> {
    const [view] = await this.viewsOf([userId]);
    return view ?? { userId, online: false, lastSeenAt: null };
  }

  /** Everybody who is online, at most 1,000 people; without those who block the viewer (null: the application). */
  async listOnline(viewerId: number | null): Promise<PresenceView[]> {
    const people = await this.store.online(MAX_LISTED);
    const [views, hidden] = await Promise.all([
      this.viewsOf(people),
      this.blocks.blockersOf(viewerId, people),
    ]);
    return views.filter((view) => view.online && !hidden.has(view.userId));
  }

  /** Those of the people who are online. */
  async onlineAmong(userIds: readonly number[]): Promise<Set<number>> {
    return this.store.onlineAmong(userIds);
  }

  private async viewsOf(userIds: readonly number[]): Promise<PresenceView[]> {
    if (userIds.length === 0) return [];
    const [online, rows] = await Promise.all([
      this.store.onlineAmong(userIds),
      this.sql.rows<{ userId: number; lastSeenAt: string | null }>(lastSeenOf, [userIds]),
    ]);
    return rows.map(({ userId, lastSeenAt }) => ({ userId, online: online.has(userId), lastSeenAt }));
  }

  /** One person's changes are announced one after another: side by side they could be heard the wrong way round. */
  private enqueue(change: PresenceChange): void {
    const { userId } = change;
    const before = this.announcing.get(userId) ?? Promise.resolve();
    const announced: Promise<void> = before
      .then(() => this.announce(change))
      .catch((error: unknown) => this.logger.warn(`A change of presence was not announced: ${String(error)}`))
      .finally(() => {
        if (this.announcing.get(userId) === announced) this.announcing.delete(userId);
      });
    this.announcing.set(userId, announced);
  }

  private async announce({ userId, online, at }: PresenceChange): Promise<void> {
    if (!online) await this.sql.rows(recordLastSeen, [userId, at.toISOString()]);
    const peers = await this.sql.rows<{ userId: number }>(peersOf, [userId, MAX_TOLD]);
    if (peers.length === 0) return;
    const people = peers.map((peer) => peer.userId);
    const [view, blocked] = await Promise.all([this.viewOf(userId), this.blocks.blockedBy(userId, people)]);
    const told = people.filter((peer) => !blocked.has(peer));
    this.publisher.publish('userStatus', { ...view, online }, { users: told });
  }
}
