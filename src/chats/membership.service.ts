import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { Access } from './access.js';
import { AppError, type CommandInput, type MembershipView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { setMembership } from './membership.queries.js';

declare module '../common/bus.js' {
  interface InnerEvents {
    /**
     * What counts as unread changed for these users, other than by what they have read or by a new message: a message was
     * deleted, or mentions them from now on or no longer, or they cleared the chat.
     */
    unreadChanged: { chatId: number; userIds: readonly number[] };
  }
}

/** A member's own settings for a chat. */
@Injectable()
export class MembershipService {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly publisher: Publisher,
  ) {}

  /**
   * Mutes, archives or pins a chat for the actor, or sets what they are told of it; their other devices get `membershipUpdated`.
   *
   * @throws AppError NOT_FOUND
   */
  async update(actor: Actor, input: CommandInput<'updateMembership'>): Promise<MembershipView> {
    const userId = requireUserId(actor);
    const { chatId, version } = await this.access.require(actor, 'chat.settings', input.chatId);
    const settings = await setMembership(this.database, { ...input, chatId, userId });
    if (!settings) throw new AppError('NOT_FOUND');
    const view: MembershipView = { chatId, version, changed: false, ...settings };
    this.publisher.publish('membershipUpdated', view, { users: [userId], except: actor.origin });
    return view;
  }
}
