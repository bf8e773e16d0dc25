import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { chatsAfter, type Changed, lockDirect, markClosed, noteMarked } from './deactivation.queries.js';
import { ProfileNews } from './profile-news.service.js';
import { UsersService } from './users.service.js';

/** Chats that one transaction marks: it holds their locks for some milliseconds. */
const CHATS_AT_ONCE = 500;

/** What follows after a commit that deactivated users or let them back: others are told, and direct chats are marked. */
@Injectable()
export class DeactivationEffects {
  constructor(
    private readonly database: Database,
    private readonly users: UsersService,
    private readonly news: ProfileNews,
  ) {}

  /** Others see it in the profile. */
  async tell(userIds: readonly number[]): Promise<void> {
    const users = await this.users.byIds(userIds);
    await this.news.tell(
      users.map((user) => ({ user, publicly: true })),
      null,
    );
  }

  /**
   * Closes the user's direct chats, or opens them again, as `users` says at that moment: however often and wherever it
   * runs, the last is right. What does not get ready in time is taken over by the keeper.
   */
  async mark({ userId, changedAt }: Changed, withinMs: number): Promise<void> {
    const giveUpAt = performance.now() + withinMs;
    for (let after = 0; performance.now() < giveUpAt;) {
      const ids = await chatsAfter(this.database, { userId, after, most: CHATS_AT_ONCE });
      const last = ids.at(-1);
      if (last === undefined) {
        await noteMarked(this.database, { userId, changedAt });
        return;
      }
      await this.database.transaction(async (tx) => {
        await lockDirect(tx, ids);
        await markClosed(tx, ids);
      });
      after = last;
    }
  }
}
