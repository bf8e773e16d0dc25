import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { Access } from '../chats/access.js';
import { Bus } from '../common/bus.js';
import { deleteChat } from '../chats/chats.queries.js';
import { type LockedGroup, type Effect, GroupChanges } from './group-changes.js';
import { outranks } from '../chats/permissions.js';
import {
  AppError,
  type CommandInput,
  type MemberRemovedView,
  type MemberUpdatedView,
  type Permission,
} from '../contract/index.js';
import { Publisher } from '../delivery/publisher.js';
import { deleteMember, nextOwnerOf, setMemberRole } from './members.queries.js';
import { change } from './members.service.js';
import { removedNote } from './system-notes.js';

interface Removal {
  removed: MemberRemovedView;
  /** Who owns the group from now on, where its owner went. */
  newOwner: MemberUpdatedView | null;
  /** Whether they were the last, and the group went with them. */
  last: boolean;
}

/** How people get out of a group. */
@Injectable()
export class LeavingService {
  constructor(
    private readonly access: Access,
    private readonly changes: GroupChanges,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
  ) {}

  /**
   * Members and whoever is removed hear `memberRemoved`; after it those hear the chat no more, on any device.
   *
   * @throws AppError NOT_FOUND for no such chat or member; FORBIDDEN for who does not outrank the member.
   */
  async remove(actor: Actor, { chatId, userId }: CommandInput<'removeMember'>): Promise<MemberRemovedView> {
    const permission = userId === actor.userId ? 'chat.leave' : 'members.remove';
    return this.takeOut(actor, permission, chatId, userId);
  }

  /**
   * An owner leaves the group to the longest-standing admin, else member; the last one deletes it.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN for a direct chat
   */
  async leave(actor: Actor, { chatId }: CommandInput<'leaveChat'>): Promise<MemberRemovedView> {
    return this.takeOut(actor, 'chat.leave', chatId, requireUserId(actor));
  }

  private async takeOut(
    actor: Actor,
    permission: Permission,
    chatId: number,
    userId: number,
  ): Promise<MemberRemovedView> {
    await this.access.require(actor, permission, chatId);
    const { result, message } = await this.changes.change(actor, permission, chatId, (locked) =>
      this.delete(actor, locked, userId),
    );
    const { removed, newOwner, last } = result;
    this.publisher.publish('memberRemoved', removed, { chat: chatId, except: actor.origin });
    this.publisher.leaveChat(chatId, [userId]);
    if (newOwner) this.publisher.publish('memberUpdated', newOwner, { chat: chatId });
    if (message) this.publisher.publish('newMessage', message, { chat: chatId });
    if (last) {
      this.publisher.closeChat(chatId);
      await this.bus.emitAndWait('chatDeleted', { chatId, memberIds: [userId] });
    }
    return removed;
  }

  private async delete(actor: Actor, locked: LockedGroup, userId: number): Promise<Effect<Removal>> {
    const { chat, membership, runner } = locked;
    const role = (await this.changes.rolesOf(locked, [userId])).get(userId);
    if (role === undefined) throw new AppError('NOT_FOUND');
    const own = actor.userId === null || actor.userId === userId;
    if (!own && !outranks(membership.role, role)) throw new AppError('FORBIDDEN');
    const next = await nextOwnerOf(runner, { chatId: chat.id, userId });
    const memberCount = next !== undefined ? chat.memberCount - 1 : 0;
    const removed: MemberRemovedView = { ...change(chat, 1, memberCount, actor), userId };
    if (next === undefined) {
      await deleteChat(runner, chat.id);
      return { result: { removed, newOwner: null, last: true }, events: 1, memberCount, note: null };
    }
    const newOwnerId = role === 'owner' ? next : null;
    await this.changes.lock(locked, [userId, newOwnerId]);
    await deleteMember(runner, { chatId: chat.id, userId });
    if (newOwnerId !== null)
      await setMemberRole(runner, { chatId: chat.id, userId: newOwnerId, role: 'owner' });
    const newOwner: MemberUpdatedView | null =
      newOwnerId === null
        ? null
        : { ...change(chat, 2, memberCount, actor), userId: newOwnerId, role: 'owner' };
    return {
      result: { removed, newOwner, last: false },
      events: newOwner ? 2 : 1,
      memberCount,
      note: removedNote(actor.userId, userId, newOwnerId),
    };
  }
}
