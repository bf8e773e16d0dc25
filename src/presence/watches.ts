import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../common/bus.js';
import { Semaphore } from '../common/flow/semaphore.js';
import { isUnavailable } from '../common/errors/failure.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { Rooms } from '../delivery/rooms.js';
import { PresenceStore } from './presence-store.js';
import { hiddenFrom, hiddenPairs, membersOf } from './presence.queries.js';

/** Most pairs of people that are looked at. */
const MOST_PAIRS = 10_000;

/** Pairs of one statement, of those that were missed. */
const PAIRS_AT_ONCE = 2_000;

/** Milliseconds after which a database that was away is asked again. */
const RETRY_MS = 1_000;

/**
 * Ends watches that are not allowed any more. Whether somebody may watch a person is checked when the watch begins, and
 * here again when something ended that may have been the reason: a chat of the two, or their not blocking each other. It
 * is checked too when word of that from another node may have been lost. One statement at a time; when it fails, or when
 * there are too many pairs (a group of more than a hundred was deleted), the watches are ended without asking: clients
 * have heard what happened, and may watch again.
 */
@Injectable()
export class Watches implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(Watches.name);
  private readonly checks = new Semaphore({ atOnce: 1 });
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly store: PresenceStore,
    private readonly publisher: Publisher,
    private readonly rooms: Rooms,
    private readonly bus: Bus,
  ) {}

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

  /** Those of the viewers who may not see one of the people any more watch them no more, on every node. */
  private recheck(viewerIds: readonly number[], userIds: readonly number[]): void {
    this.enqueue(() => this.endHidden(viewerIds, userIds));
  }

  private enqueue(work: () => Promise<void>): void {
    void this.checks.run(() => this.whenThere(work));
  }

  /** While the database is away it tries again: a watch that was not checked would go on. */
  private async whenThere(work: () => Promise<void>): Promise<void> {
    while (!this.stopped) {
      try {
        await work();
        return;
      } catch (error) {
        this.logger.warn(`Watches were not checked: ${String(error)}`);
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

  /** Sockets of this node may have missed orders to end watches. */
  private async afterMissing(rooms: ReadonlySet<string> | null): Promise<void> {
    const watches = this.rooms.watches(rooms);
    for (let from = 0; from < watches.length; from += PAIRS_AT_ONCE) {
      const some = watches.slice(from, from + PAIRS_AT_ONCE);
      const hidden = await hiddenPairs(this.database, some).catch((error: unknown) =>
        this.unasked(error, some),
      );
      for (const { viewerId, userId } of hidden) this.publisher.endWatch([viewerId], [userId]);
    }
  }

  /** Only who is online watches. */
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
    const pairs = await hiddenFrom(this.database, { viewerIds, userIds }).catch((error: unknown) =>
      this.unasked(error, null),
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

  private unasked<T>(error: unknown, ended: T): T {
    this.logger.warn(`Watches are ended unasked: ${String(error)}`);
    return ended;
  }
}
