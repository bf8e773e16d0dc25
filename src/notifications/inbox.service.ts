import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import type { CommandInput, NotificationsPage, NotificationsSeenView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { endOfLook, inboxPage, markSeenUpTo, unseenCount } from './inbox.queries.js';
import { toNotificationView } from './inbox.view.js';

/** Entries that one statement marks as seen. */
const MARKED_AT_ONCE = 1_000;

/** Reads somebody's inbox. */
@Injectable()
export class InboxService {
  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
  ) {}

  async page(actor: Actor, input: CommandInput<'getNotifications'>): Promise<NotificationsPage> {
    const userId = requireUserId(actor);
    const { before = null, kind = null, limit: most } = input;
    const asked = { userId, before, kind, most };
    const [rows, unseen] = await Promise.all([
      inboxPage(this.database, asked),
      unseenCount(this.database, userId),
    ]);
    const next = rows.length < most ? await endOfLook(this.database, asked) : rows.at(-1)?.id;
    return { notifications: rows.map(toNotificationView), next: next ?? null, unseen };
  }

  /** If it changed anything, their other devices get `notificationsSeen`. */
  async markSeen(
    actor: Actor,
    { upToId }: CommandInput<'markNotificationsSeen'>,
  ): Promise<NotificationsSeenView> {
    const userId = requireUserId(actor);
    const marked = await this.markAll(userId, upToId);
    const view = { upToId, unseen: await unseenCount(this.database, userId) };
    if (marked > 0) {
      this.publisher.publish('notificationsSeen', view, { users: [userId], except: actor.origin });
    }
    return view;
  }

  /** In chunks: nobody may have looked at an inbox for months. */
  private async markAll(userId: number, upToId: number): Promise<number> {
    for (let marked = 0; ;) {
      const more = await markSeenUpTo(this.database, { userId, upToId, most: MARKED_AT_ONCE });
      marked += more;
      if (more < MARKED_AT_ONCE) return marked;
    }
  }
}
