import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../common/bus.js';
import { Semaphore } from '../common/flow/semaphore.js';
import { isUnavailable } from '../common/errors/failure.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { Rooms } from '../delivery/rooms.js';
import { PresenceStore } from './presence-store.js';
import { hiddenFrom, hiddenPairs, membersOf } from './presence.queries.js';

/** Most pairs of users that are checked. */
const MOST_PAIRS = 10_000;

/** Pairs per statement in the check after missed events. */
const PAIRS_AT_ONCE = 2_000;

/** Milliseconds until the next try while the database is away. */
const RETRY_MS = 1_000;

/**
 * Ends watches that are not allowed any more. The permission is checked when a watch begins, and here again when it may
 * have ended: the two no longer share a chat, or one blocks the other. It is also checked when such news from another
 * node may have been lost. One statement at a time. When it fails, or when there are too many pairs (a group of more
 * than a hundred was deleted), the watches are ended without a check: clients received the event that caused it, and
 * may watch again.
 */
@Injectable()
export class Watches implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(Watches.name);
  private readonly checks = new Semaphore({ atOnce: 1 });
  private stopped = false;

  private readonly afterFirstWord: boolean;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly database: Database,
    private readonly store: PresenceStore,
    private readonly publisher: Publisher,
    private readonly rooms: Rooms,
    private readonly bus: Bus,
  ) {
    this.afterFirstWord = config.auth.mode === 'jwt';
  }

  onModuleInit(): void {
    this.bus.on('membersLeft', ({ chatId, userIds }) =>
      this.enqueue(() => this.afterLeaving(chatId, userIds)),
    );
    this.bus.on('chatDeleted', ({ memberIds }) => {
      if (memberIds.length > 1) this.recheck(memberIds, memberIds);
    });
    this.bus.on('blockChanged', ({ userId, blockedId }) => this.recheck([blockedId], [userId]));
    this.bus.on('eventsMissed', ({ rooms, orders }) => {
      if (orders) this.enqueue(() => this.afterMissing(rooms));
    });
  }

  onApplicationShutdown(): void {
    this.stopped = true;
  }

  /** Ends, on every node, the watches between these viewers and users that are not allowed any more. */
  private recheck(viewerIds: readonly number[], userIds: readonly number[]): void {
    this.enqueue(() => this.endHidden(viewerIds, userIds));
  }

  private enqueue(work: () => Promise<void>): void {
    void this.checks.run(() => this.untilAvailable(work));
  }

  /** Retries while the database is away: otherwise a watch that is not allowed would continue. */
  private async untilAvailable(work: () => Promise<void>): Promise<void> {
    while (!this.stopped) {
      try {
        await work();
        return;
      } catch (error) {
        this.logger.warn(`Could not check watches: ${String(error)}`);
        if (!isUnavailable(error)) return;
        await pause(RETRY_MS, undefined, { ref: false });
      }
    }
  }

  private async afterLeaving(chatId: number, userIds: readonly number[]): Promise<void> {
    const members = await membersOf(this.database, chatId);
    await this.endHidden(userIds, members);
    await this.endHidden(members, userIds);
  }

  /** Sockets of this node may have missed an order to end a watch. */
  private async afterMissing(rooms: ReadonlySet<string> | null): Promise<void> {
    const watches = this.rooms.watches(rooms);
    for (let from = 0; from < watches.length; from += PAIRS_AT_ONCE) {
      const some = watches.slice(from, from + PAIRS_AT_ONCE);
      const hidden = await hiddenPairs(this.database, {
        pairs: some,
        afterFirstWord: this.afterFirstWord,
      }).catch((error: unknown) => this.endUnchecked(error, some));
      for (const { viewerId, userId } of hidden) this.publisher.endWatch([viewerId], [userId]);
    }
  }

  /** Only online users can have watches. */
  private async endHidden(viewerIds: readonly number[], userIds: readonly number[]): Promise<void> {
    const viewers = [...(await this.store.onlineAmong(viewerIds, { ifUnknown: 'online' }))];
    if (viewers.length === 0 || userIds.length === 0) return;
    if (viewers.length * userIds.length <= MOST_PAIRS) return this.endHiddenFrom(viewers, userIds);
    const step = Math.max(1, Math.floor(MOST_PAIRS / userIds.length));
    for (let from = 0; from < viewers.length; from += step) {
      this.publisher.endWatch(viewers.slice(from, from + step), userIds);
      await nextTurn();
    }
  }

  private async endHiddenFrom(viewerIds: readonly number[], userIds: readonly number[]): Promise<void> {
    const { afterFirstWord } = this;
    const pairs = await hiddenFrom(this.database, { viewerIds, userIds, afterFirstWord }).catch(
      (error: unknown) => this.endUnchecked(error, null),
    );
    if (pairs === null) this.publisher.endWatch(viewerIds, userIds);
    else if (userIds.length < viewerIds.length) {
      for (const userId of new Set(pairs.map((pair) => pair.userId))) {
        const viewers = pairs.filter((pair) => pair.userId === userId).map(({ viewerId }) => viewerId);
        this.publisher.endWatch(viewers, [userId]);
      }
    } else {
      for (const viewerId of new Set(pairs.map((pair) => pair.viewerId))) {
        const people = pairs.filter((pair) => pair.viewerId === viewerId).map(({ userId }) => userId);
        this.publisher.endWatch([viewerId], people);
      }
    }
  }

  private endUnchecked<T>(error: unknown, ended: T): T {
    this.logger.warn(
      `Could not check who may still watch whose presence, so these watches are ended: ${String(error)}`,
    );
    return ended;
  }
}
