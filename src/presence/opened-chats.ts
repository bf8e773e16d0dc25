import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../common/bus.js';
import { Publisher } from '../delivery/publisher.js';
import { PresenceReads } from './presence-reads.js';
import { PresenceStore } from './presence-store.js';

declare module '../common/bus.js' {
  interface InnerEvents {
    /** Two users have a direct chat from now on; if a message opened it, that is written as well. */
    directChatOpened: { user1Id: number; user2Id: number };
  }
}

/**
 * Who is online is announced when it changes. So two users who are online while a direct chat opens between them are told
 * of each other then, as far as each may see the other.
 */
@Injectable()
export class OpenedChats implements OnModuleInit {
  constructor(
    private readonly store: PresenceStore,
    private readonly reads: PresenceReads,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.bus.on('directChatOpened', ({ user1Id, user2Id }) => this.tell(user1Id, user2Id));
  }

  private async tell(user1Id: number, user2Id: number): Promise<void> {
    if (user1Id === user2Id) return;
    const online = await this.store.onlineAmong([user1Id, user2Id]);
    if (online.size < 2) return;
    await Promise.all([this.tellOf(user1Id, user2Id), this.tellOf(user2Id, user1Id)]);
  }

  private async tellOf(userId: number, viewerId: number): Promise<void> {
    const [row] = await this.reads.visibleTo(viewerId, [userId]);
    if (!row || row.invisible) return;
    const status = { userId, online: true, lastSeenAt: row.lastSeenAt };
    this.publisher.publish('userStatus', status, { users: [viewerId] });
  }
}
