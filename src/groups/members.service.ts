import { Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Access } from '../chats/access.js';
import { membersShownTo } from '../chats/membership.queries.js';
import { type LockedGroup, GroupChanges } from './group-changes.js';
import { AppError, type CommandInput, type MembersPage, type MemberUpdatedView } from '../contract/index.js';
import type { Role } from '../database/models/chat-member.model.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { membersAfter, membersVersionOf, ownerOf, setMemberRole } from './members.queries.js';
import { roleNote } from './system-notes.js';

/** Lists members, and sets their roles. */
@Injectable()
export class MembersService {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly changes: GroupChanges,
    private readonly publisher: Publisher,
    private readonly audit: AuditService,
  ) {}

  /** @throws AppError NOT_FOUND */
  async page(actor: Actor, { chatId, after = 0, limit }: CommandInput<'getMembers'>): Promise<MembersPage> {
    await this.access.require(actor, 'chat.read', chatId);
    return this.database.snapshot(async (tx) => {
      const membersVersion = await membersVersionOf(tx, chatId);
      if (membersVersion === undefined) throw new AppError('NOT_FOUND');
      // One more than requested, to know whether there are more.
      const rows = await membersAfter(tx, { chatId, after, most: limit + 1 });
      const members = membersShownTo(actor, rows.slice(0, limit));
      return { chatId, members, more: rows.length > limit, membersVersion };
    });
  }

  /**
   * A group has one owner: when a new one is set, the former one becomes an admin. Members get `memberUpdated`.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN unless the actor is the owner; CONFLICT when the owner would get a lower role
   * and the group no new owner.
   */
  async setRole(actor: Actor, { chatId, userId, role }: CommandInput<'setRole'>): Promise<MemberUpdatedView> {
    await this.access.require(actor, 'members.setRole', chatId);
    const { result, changed, message } = await this.changes.change(
      actor,
      'members.setRole',
      chatId,
      async (locked) => {
        const { chat, runner } = locked;
        const member = await this.changes.memberOf(locked, userId);
        if (!member) throw new AppError('NOT_FOUND');
        const { role: former } = member;
        const ownerId = role === 'owner' && former !== 'owner' ? await ownerOf(runner, chatId) : undefined;
        const views: MemberUpdatedView[] = [];
        const assign = async (memberId: number, newRole: Role) => {
          await setMemberRole(runner, { chatId, userId: memberId, role: newRole });
        };
        if (former === role) {
          const { silencedUntil } = member;
          views.push({ ...change(chat, 0, chat.memberCount, actor), userId, role, silencedUntil });
          return { result: views, events: [], note: null };
        }
        if (former === 'owner') throw noOwner();
        await this.changes.lock(locked, [userId, ownerId ?? null]);
        // First the former owner, so that there are never two.
        if (ownerId !== undefined) await assign(ownerId, 'admin');
        await assign(userId, role);
        const details = { role, former };
        await this.audit.record(actor, 'roleChanged', { userId, chatId, details }, runner);
        const silencedUntil = role === 'member' ? member.silencedUntil : null;
        views.push({ ...change(chat, 1, chat.memberCount, actor), userId, role, silencedUntil });
        if (ownerId !== undefined) {
          const second = change(chat, 2, chat.memberCount, actor);
          views.push({ ...second, userId: ownerId, role: 'admin', silencedUntil: null });
        }
        const note = roleNote(actor.userId, userId, role);
        const events = views.map((details) => ({ kind: 'memberUpdated' as const, details }));
        return { result: views, events, memberCount: chat.memberCount, note };
      },
    );
    const [view, ...others] = result;
    if (!view) throw new AppError('NOT_FOUND');
    if (changed) {
      this.publisher.publish('memberUpdated', view, { chat: chatId, except: actor.origin });
      for (const other of others) this.publisher.publish('memberUpdated', other, { chat: chatId });
    }
    if (message) this.publisher.publish('newMessage', message, { chat: chatId });
    return view;
  }
}

/** The common fields of all events about members, for the nth event of a change; 0: the answer when nothing changed. */
export function change(
  chat: LockedGroup['chat'],
  nth: number,
  memberCount: number,
  actor: Actor,
): Omit<MemberUpdatedView, 'userId' | 'role' | 'silencedUntil'> {
  return {
    chatId: chat.id,
    version: chat.version + nth,
    ...(nth === 0 ? { changed: false } : {}),
    membersVersion: chat.membersVersion + nth,
    memberCount,
    by: actor.userId,
  };
}

function noOwner(): AppError {
  return new AppError('CONFLICT', {
    message: 'A group needs an owner: make another member the owner first.',
    details: [{ path: 'role', message: 'expected owner, until another member is the owner' }],
  });
}
