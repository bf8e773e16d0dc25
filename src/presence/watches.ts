import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Blocks } from '../blocks/blocks.js';
import { bigints } from '../database/binary-array.js';
import { Sql } from '../database/sql.js';
import { Publisher } from '../realtime/publisher.js';
import { PresenceStore } from './presence-store.js';
import { type HiddenPair, hiddenFrom, membersOf } from './presence.queries.js';

/** Most pairs of people that are looked at. */
const MOST_PAIRS = 10_000;

/**
 * Ends watches whose reason is gone. That somebody may be watched is checked when the watch begins; here it is
 * checked again when a chat that may have been the reason has ended for one of the two. One statement at a time;
 * when it fails, or the pairs are too many (a group of more than a hundred was deleted), the watches are ended
 * unasked: clients have heard why, and may watch again.
 */
@Injectable()
export class Watches implements OnModuleInit {
  private readonly logger = new Logger(Watches.name);
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly sql: Sql,
    private readonly store: PresenceStore,
    private readonly publisher: Publisher,
    private readonly blocks: Blocks,
  ) {}

  onModuleInit(): void {
    this.publisher.onLeaveChat((chatId, userIds) => this.enqueue(() => this.afterLeaving(chatId, userIds)));
    this.blocks.onChange(({ userId, blockedId }) => this.recheck([blockedId], [userId]));
  }

  /** Those of the viewers who may not see one of the people any more watch them no more, on every node. */
  recheck(viewerIds: readonly number[], userIds: readonly number[]): void {
    this.enqueue(() => this.endHidden(viewerIds, userIds));
  }

  private enqueue(work: () => Promise<void>): void {
    this.last = this.last
      .then(work)
      .catch((error: unknown) => this.logger.warn(`Watches were not checked: ${String(error)}`));
  }

  private async afterLeaving(chatId: number, userIds: readonly number[]): Promise<void> {
    const rows = await this.sql.rows<{ userId: number }>(membersOf, [chatId]);
    const members = rows.map(({ userId }) => userId);
    await this.endHidden(userIds, members);
    await this.endHidden(members, userIds);
  }

  /** Only who is online watches. */
  private async endHidden(viewerIds: readonly number[], userIds: readonly number[]): Promise<void> {
    const viewers = [...(await this.store.onlineAmong(viewerIds))];
    if (viewers.length === 0 || userIds.length === 0) return;
    if (viewers.length * userIds.length <= MOST_PAIRS) return this.endHiddenFrom(viewers, userIds);
    const step = Math.max(1, Math.floor(MOST_PAIRS / userIds.length));
    for (let from = 0; from < viewers.length; from += step) {
      this.publisher.endWatch(viewers.slice(from, from + step), userIds);
      await nextTurn();
    }
  }

  private async endHiddenFrom(viewerIds: readonly number[], userIds: readonly number[]): Promise<void> {
    try {
      const pairs = await this.sql.rows<HiddenPair>(hiddenFrom, [bigints(viewerIds), bigints(userIds)]);
      if (userIds.length < viewerIds.length) {
        for (const userId of new Set(pairs.map((pair) => pair.userId))) {
          const viewers = pairs.filter((pair) => pair.userId === userId).map(({ viewerId }) => viewerId);
          this.publisher.endWatch(viewers, [userId]);
        }
        return;
      }
      for (const viewerId of new Set(pairs.map((pair) => pair.viewerId))) {
        const people = pairs.filter((pair) => pair.viewerId === viewerId).map(({ userId }) => userId);
        this.publisher.endWatch([viewerId], people);
      }
    } catch (error) {
      this.publisher.endWatch(viewerIds, userIds);
      throw error;
    }
  }
}
