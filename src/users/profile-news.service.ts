import { Injectable, Logger } from '@nestjs/common';
import type { UserView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { audiencesOf } from '../presence/presence.queries.js';
import { PresenceService } from '../presence/presence.service.js';
import { toPublicView } from './user.view.js';

/** Most users whose audience one statement looks up. */
const AT_ONCE = 200;

/** Most chats of a user, the newest, whose other member is told: of the direct ones among them. */
const MOST_CHATS = 5_000;

/** A profile that has changed. */
export interface ChangedProfile {
  /** The whole of it. */
  user: UserView;
  /** Whether others see the change. */
  publicly: boolean;
}

/**
 * Tells of changed profiles: the user's own devices, and if others see the change, online users who have a direct chat
 * with them and whom they do not block, and those who watch their presence. Everybody else learns of it by `sync`.
 */
@Injectable()
export class ProfileNews {
  private readonly logger = new Logger(ProfileNews.name);

  constructor(
    private readonly database: Database,
    private readonly presence: PresenceService,
    private readonly publisher: Publisher,
  ) {}

  /** After the commit. Never fails. `origin`: the connection that has caused it. */
  async tell(profiles: readonly ChangedProfile[], origin: string | null): Promise<void> {
    for (const { user } of profiles) {
      this.publisher.publish('userUpdated', user, { users: [user.id], except: origin });
    }
    const seen = profiles.filter(({ publicly }) => publicly).map(({ user }) => user);
    try {
      for (let from = 0; from < seen.length; from += AT_ONCE) {
        await this.tellOthers(seen.slice(from, from + AT_ONCE));
      }
    } catch (error) {
      this.logger.warn(`Could not tell others of ${seen.length} changed profiles: ${String(error)}`);
    }
  }

  private async tellOthers(users: readonly UserView[]): Promise<void> {
    const userIds = users.map(({ id }) => id);
    // A profile says nothing about the moment: who has not written yet is seen all the same.
    const rows = await audiencesOf(this.database, { userIds, most: MOST_CHATS, afterFirstWord: false });
    const audiences = new Map(rows.map(({ userId, peers }) => [userId, peers]));
    const online = await this.presence.onlineAmong([...new Set(rows.flatMap(({ peers }) => peers))]);
    for (const user of users) {
      const peers = (audiences.get(user.id) ?? []).filter((peer) => online.has(peer));
      const view = { ...toPublicView(user), lastSeenAt: null };
      this.publisher.publish('userUpdated', view, { users: peers, watchersOf: user.id });
    }
  }
}
