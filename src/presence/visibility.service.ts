import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { KnownUsers } from '../users/directory/known-users.js';
import type { VisibilityView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { User } from '../database/models/user.model.js';
import { Publisher } from '../delivery/publisher.js';
import { PresenceAnnouncer } from './presence-announcer.js';
import { PresenceStore } from './presence-store.js';
import { setVisible } from './presence.queries.js';

/** Whether others see when a user is online. */
@Injectable()
export class VisibilityService {
  constructor(
    private readonly store: PresenceStore,
    private readonly announcer: PresenceAnnouncer,
    private readonly database: Database,
    private readonly users: KnownUsers,
    private readonly publisher: Publisher,
    @InjectModel(User) private readonly people: typeof User,
  ) {}

  /** If it changed, the user's other devices receive `visibility`, and those who may see them receive `userStatus`. */
  async set(actor: Actor, visible: boolean): Promise<VisibilityView> {
    const userId = requireUserId(actor);
    await this.users.ensure([userId]);
    const online = (await this.store.onlineAmong([userId])).has(userId);
    const changed = await setVisible(this.database, { userId, visible, online });
    const view = { userId, visible };
    if (changed === 0) return view;
    if (online) this.announcer.unveil(userId, visible);
    this.publisher.publish('visibility', view, { users: [userId], except: actor.origin });
    return view;
  }

  async get(actor: Actor): Promise<VisibilityView> {
    const userId = requireUserId(actor);
    return { userId, visible: await this.isVisible(userId) };
  }

  async isVisible(userId: number): Promise<boolean> {
    const user = await this.people.findByPk(userId, { attributes: ['invisible'] });
    return !user?.invisible;
  }
}
