import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { Bus } from '../common/bus.js';
import { isUnavailable } from '../common/errors/failure.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { ChangeWindow, type Gathered } from './change-window.js';
import { LastSeen } from './last-seen.js';
import { type PresenceChange, PresenceStore } from './presence-store.js';
import { audiencesOf } from './presence.queries.js';
import { RecentNews } from './recent-news.js';

/** Milliseconds for which changes are gathered. */
export const WINDOW_MS = 50;

/** Milliseconds until an announcement that failed because the database was away is tried again. */
const RETRY_MS = 1_000;

/** Most users whose audience one statement looks up. */
const MOST_AT_ONCE = 200;

/** Most chats of a user, the newest, whose other member receives a change: of the direct ones among them. */
const MOST_CHATS = 5_000;

/**
 * Announces who comes online and goes offline: to online users who have a direct chat with them, and to those who watch
 * them. It sends the state at the time of sending; a change and its opposite inside a window send nothing. However many
 * users arrive at once, one statement at a time looks up the audiences. News that other nodes may have missed is
 * repeated.
 */
@Injectable()
export class PresenceAnnouncer implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly logger = new Logger(PresenceAnnouncer.name);
  private readonly window = new ChangeWindow({
    windowMs: WINDOW_MS,
    retryMs: RETRY_MS,
    most: MOST_AT_ONCE,
    tell: (batch) => this.tell(batch),
  });
  private readonly recent = new RecentNews();

  private readonly afterFirstWord: boolean;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly store: PresenceStore,
    private readonly database: Database,
    private readonly publisher: Publisher,
    private readonly lastSeen: LastSeen,
    private readonly bus: Bus,
  ) {
    this.afterFirstWord = config.auth.mode === 'jwt';
  }

  onModuleInit(): void {
    this.bus.on('presenceChanged', (change) => this.changed(change));
    this.bus.on('eventsLost', ({ since }) => {
      // `unveiled` is true, because the news may have been that the user became invisible.
      for (const { userId, online } of this.recent.since(since)) this.window.add(userId, !online, true);
    });
  }

  /** The other nodes stay up: everyone who went offline here has to be announced to them before this node stops. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.store.settled();
    await this.window.flush();
  }

  onApplicationShutdown(): void {
    this.window.stop();
  }

  /** An online user became visible to others, or invisible. */
  unveil(userId: number, visible: boolean): void {
    this.window.add(userId, !visible, true);
  }

  private changed({ userId, online, at }: PresenceChange): void {
    if (!online) this.lastSeen.note(userId, at);
    this.window.add(userId, !online);
  }

  private async tell(batch: readonly Gathered[]): Promise<void> {
    try {
      await this.tellAll(batch);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      this.logger.error(error, `Could not announce the presence of ${batch.length} users`);
    }
  }

  private async tellAll(batch: readonly Gathered[]): Promise<void> {
    const userIds = batch.map(({ userId }) => userId);
    await Promise.all(userIds.map((userId) => this.lastSeen.saved(userId)));
    const { afterFirstWord } = this;
    const rows = await audiencesOf(this.database, { userIds, most: MOST_CHATS, afterFirstWord });
    const involved = new Set(userIds);
    for (const { peers } of rows) for (const peer of peers) involved.add(peer);
    const online = await this.store.onlineAmong([...involved]);
    const audiences = new Map(rows.map((row) => [row.userId, row]));
    for (const gathered of batch) {
      const { userId } = gathered;
      const row = audiences.get(userId);
      if (!row) continue;
      // To others, a user who stayed invisible was offline all the time, whatever their sockets did.
      if (row.invisible && !gathered.unveiled) gathered.believed = false;
      const now = online.has(userId) && !row.invisible;
      if (now === gathered.believed) continue;
      gathered.believed = now;
      this.publisher.publish(
        'userStatus',
        { userId, online: now, lastSeenAt: row.lastSeenAt },
        {
          users: row.peers.filter((peer) => online.has(peer)),
          watchersOf: userId,
          unlessThere: now || row.invisible ? undefined : userId,
        },
      );
      this.recent.add(userId, now);
    }
  }
}
