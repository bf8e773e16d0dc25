import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import type { CommandInput, GroupAddsView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { groupAddsOf, setGroupAdds } from './consent.queries.js';

/** A user's own setting of who may add them to groups without asking. */
@Injectable()
export class GroupAddsService {
  constructor(
    private readonly database: Database,
    private readonly users: KnownUsers,
    private readonly publisher: Publisher,
  ) {}

  /** If it changed, the user's other devices get `groupAdds`. It applies to users who are added from now on. */
  async set(actor: Actor, { groupAdds }: CommandInput<'setGroupAdds'>): Promise<GroupAddsView> {
    const userId = requireUserId(actor);
    await this.users.ensure([userId]);
    const view = { userId, groupAdds };
    if ((await setGroupAdds(this.database, view)) > 0) {
      this.publisher.publish('groupAdds', view, { users: [userId], except: actor.origin });
    }
    return view;
  }

  async get(actor: Actor): Promise<GroupAddsView> {
    const userId = requireUserId(actor);
    return { userId, groupAdds: (await groupAddsOf(this.database, userId)) ?? null };
  }
}
