import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { Access } from '../chats/access.js';
import { AuditService } from '../audit/audit.service.js';
import { Bus } from '../common/bus.js';
import { deleteChat } from '../chats/deletion.queries.js';
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
import { ban } from './bans.queries.js';
import { markLeft } from './consent.queries.js';
import { InvitationBook } from './invitation-book.js';
import { revoke } from './invitations.queries.js';
import { deleteMember, nextOwnerOf, setMemberRole } from './members.queries.js';
import { change } from './members.service.js';
import { removedNote } from './system-notes.js';

interface Removal {
  removed: MemberRemovedView;
  /** The new owner, if the owner left. */
  newOwner: MemberUpdatedView | null;
  /** Whether it was the last member: then the group is deleted. */
  last: boolean;
  /**
   * Users who are told that their invitation has ended, because the group was deleted or the invitation was revoked.
   */
  uninvited: number[];
}

/** A ban to set with the removal. */
interface Banning {
  reason: string | null;
}

/** Removes members from a group, bans users, and lets members leave. */
@Injectable()
export class LeavingService {
  constructor(
    private readonly access: Access,
    private readonly changes: GroupChanges,
    private readonly book: InvitationBook,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
    private readonly audit: AuditService,
  ) {}

  /**
   * All members, with the removed one, get `memberRemoved`. It is the last event of the chat that the removed user
   * gets, on any device.
   *
   * If the user is only invited, the invitation is revoked, and the members are not told.
   *
   * @throws AppError NOT_FOUND for no such chat, member or invitation; FORBIDDEN unless the actor outranks the member.
   */
  async remove(actor: Actor, { chatId, userId }: CommandInput<'removeMember'>): Promise<MemberRemovedView> {
    const permission = userId === actor.userId ? 'chat.leave' : 'members.remove';
    return this.removeMember(actor, permission, chatId, userId);
  }

  /**
   * If the owner leaves, the longest-standing admin, else member, becomes the owner. With its last member the group is
   * deleted. After that others can only invite the user, not add them.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN for a direct chat
   */
  async leave(actor: Actor, { chatId }: CommandInput<'leaveChat'>): Promise<MemberRemovedView> {
    return this.removeMember(actor, 'chat.leave', chatId, requireUserId(actor));
  }

  /**
   * As `remove`, and until the ban is lifted the user can't become a member again. Also for users who are not members:
   * then nobody is told.
   *
   * @throws AppError NOT_FOUND for no such chat or user; FORBIDDEN unless the actor outranks the member, and for oneself
   */
  async ban(actor: Actor, input: CommandInput<'banMember'>): Promise<MemberRemovedView> {
    const { chatId, userId, reason = null } = input;
    if (userId === actor.userId) {
      await this.access.require(actor, 'members.ban', chatId);
      throw new AppError('FORBIDDEN', { message: 'You can not ban yourself.' });
    }
    return this.removeMember(actor, 'members.ban', chatId, userId, { reason });
  }

  private async removeMember(
    actor: Actor,
    permission: Permission,
    chatId: number,
    userId: number,
    banning: Banning | null = null,
  ): Promise<MemberRemovedView> {
    await this.access.require(actor, permission, chatId);
    const { result, changed, message } = await this.changes.change(actor, permission, chatId, (locked) =>
      this.delete(actor, locked, userId, banning),
    );
    const { removed, newOwner, last, uninvited } = result;
    this.book.end(chatId, uninvited, 'revoked', null);
    if (!changed) return removed;
    this.publisher.publish('memberRemoved', removed, { chat: chatId, except: actor.origin });
    this.publisher.leaveChat(chatId, [userId], removed.version);
    if (newOwner) this.publisher.publish('memberUpdated', newOwner, { chat: chatId });
    if (message) this.publisher.publish('newMessage', message, { chat: chatId });
    if (last) {
      this.publisher.closeChat(chatId);
      await this.bus.emitAndWait('chatDeleted', { chatId, memberIds: [userId] });
    }
    return removed;
  }

  private async delete(
    actor: Actor,
    locked: LockedGroup,
    userId: number,
    banning: Banning | null,
  ): Promise<Effect<Removal>> {
    const { chat, membership, runner } = locked;
    const role = (await this.changes.rolesOf(locked, [userId])).get(userId);
    if (role === undefined) return this.uninvite(actor, locked, userId, banning);
    const own = actor.userId === null || actor.userId === userId;
    if (!own && !outranks(membership.role, role)) throw new AppError('FORBIDDEN');
    if (actor.userId !== userId && !banning) {
      await this.audit.record(actor, 'memberRemoved', { userId, chatId: chat.id, details: { role } }, runner);
    }
    const next = await nextOwnerOf(runner, { chatId: chat.id, userId });
    const memberCount = next !== undefined ? chat.memberCount - 1 : 0;
    const removed: MemberRemovedView = {
      ...change(chat, 1, memberCount, actor),
      userId,
      ...(banning ? { banned: true } : {}),
    };
    if (next === undefined) {
      const gone = await deleteChat(runner, chat.id);
      if (actor.userId !== userId) {
        const details = { type: 'group', withoutMembers: true };
        await this.audit.record(actor, 'chatDeleted', { chatId: chat.id, details }, runner);
      }
      const uninvited = gone?.invitedIds ?? [];
      return {
        result: { removed, newOwner: null, last: true, uninvited },
        events: [{ kind: 'memberRemoved', details: removed }],
        memberCount,
        note: null,
      };
    }
    const newOwnerId = role === 'owner' ? next : null;
    await this.changes.lock(locked, [userId, newOwnerId]);
    await deleteMember(runner, { chatId: chat.id, userId });
    if (banning) await this.close(actor, locked, userId, banning);
    if (actor.userId === userId) await markLeft(runner, { chatId: chat.id, userId });
    if (newOwnerId !== null)
      await setMemberRole(runner, { chatId: chat.id, userId: newOwnerId, role: 'owner' });
    const newOwner: MemberUpdatedView | null =
      newOwnerId === null
        ? null
        : { ...change(chat, 2, memberCount, actor), userId: newOwnerId, role: 'owner', silencedUntil: null };
    return {
      result: { removed, newOwner, last: false, uninvited: [] },
      events: [
        { kind: 'memberRemoved', details: removed },
        ...(newOwner ? [{ kind: 'memberUpdated' as const, details: newOwner }] : []),
      ],
      memberCount,
      note: removedNote(actor.userId, userId, { newOwnerId, banned: banning !== null }),
    };
  }

  private async close(
    actor: Actor,
    { chat, runner }: LockedGroup,
    userId: number,
    { reason }: Banning,
  ): Promise<void> {
    const chatId = chat.id;
    if ((await ban(runner, { chatId, userId, by: actor.userId, reason })) === 0)
      throw new AppError('NOT_FOUND');
    const details = reason === null ? {} : { reason };
    await this.audit.record(actor, 'memberBanned', { userId, chatId, details }, runner);
  }

  private async uninvite(
    actor: Actor,
    locked: LockedGroup,
    userId: number,
    banning: Banning | null,
  ): Promise<Effect<Removal>> {
    const { chat, runner } = locked;
    const invitation = await revoke(runner, { chatId: chat.id, userId });
    if (banning) await this.close(actor, locked, userId, banning);
    else if (!invitation) throw new AppError('NOT_FOUND');
    const removed: MemberRemovedView = {
      ...change(chat, 0, chat.memberCount, actor),
      userId,
      ...(banning ? { banned: true } : {}),
    };
    const uninvited = invitation?.known ? [userId] : [];
    return { result: { removed, newOwner: null, last: false, uninvited }, events: [], note: null };
  }
}
