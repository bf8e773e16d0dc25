import { Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { Access } from '../chats/access.js';
import { toChatView } from '../chats/chat.view.js';
import { type LockedGroup, GroupChanges } from './group-changes.js';
import { GroupRooms } from './group-rooms.js';
import { insertMembers } from './groups.queries.js';
import { groupFull, noSuchPeople } from './groups.service.js';
import {
  AppError,
  type CommandInput,
  MAX_MEMBERS,
  type MembersAddedView,
  type MembersPage,
  type MemberUpdatedView,
} from '../contract/index.js';
import type { Role } from '../database/models/chat-member.model.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { membersAfter, membersVersionOf, ownerOf, setMemberRole } from './members.queries.js';
import { addedNote, roleNote } from './system-notes.js';

/** Lists and adds members, and sets their roles. */
@Injectable()
export class MembersService {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly users: KnownUsers,
    private readonly changes: GroupChanges,
    private readonly rooms: GroupRooms,
    private readonly publisher: Publisher,
  ) {}

  /** @throws AppError NOT_FOUND */
  async page(actor: Actor, { chatId, after = 0, limit }: CommandInput<'getMembers'>): Promise<MembersPage> {
    await this.access.require(actor, 'chat.read', chatId);
    return this.database.snapshot(async (tx) => {
      const membersVersion = await membersVersionOf(tx, chatId);
      if (membersVersion === undefined) throw new AppError('NOT_FOUND');
      // One more than requested, to know whether there are more.
      const members = await membersAfter(tx, { chatId, after, most: limit + 1 });
      return { chatId, members: members.slice(0, limit), more: members.length > limit, membersVersion };
    });
  }

  /**
   * Present members get `membersAdded`; new members get `newChat` and from then on all events of the group. Users who
   * are members already are skipped.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN unless the actor is an admin; GROUP_FULL; VALIDATION_FAILED for a user who
   * does not exist.
   */
  async add(actor: Actor, input: CommandInput<'addMembers'>): Promise<MembersAddedView> {
    const { chatId } = input;
    await this.access.require(actor, 'members.add', chatId);
    await this.users.ensureListed('userIds', input.userIds);
    const requested = [...new Set(input.userIds)];
    const { result, chat, changed, message } = await this.changes.change(
      actor,
      'members.add',
      chatId,
      async (locked) => {
        const known = await this.changes.rolesOf(locked, requested);
        const userIds = requested.filter((userId) => !known.has(userId));
        const { memberCount } = locked.chat;
        if (memberCount + userIds.length > MAX_MEMBERS) throw groupFull();
        const joinedAt = await this.insert(locked, userIds);
        const events = userIds.length === 0 ? 0 : 1;
        const result: MembersAddedView = {
          ...change(locked.chat, events, memberCount + userIds.length, actor),
          userIds,
          joinedAt: joinedAt ?? new Date().toISOString(),
        };
        return { result, events, memberCount: result.memberCount, note: addedNote(actor.userId, userIds) };
      },
    );
    if (!changed) return result;
    this.publisher.publish('membersAdded', result, { chat: chatId, except: actor.origin });
    await this.rooms.admit(toChatView(chat), result.userIds, { message, origin: actor.origin });
    return result;
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
        const former = (await this.changes.rolesOf(locked, [userId])).get(userId);
        if (former === undefined) throw new AppError('NOT_FOUND');
        const ownerId = role === 'owner' && former !== 'owner' ? await ownerOf(runner, chatId) : undefined;
        const views: MemberUpdatedView[] = [];
        const assign = async (memberId: number, newRole: Role) => {
          await setMemberRole(runner, { chatId, userId: memberId, role: newRole });
        };
        if (former === role) {
          views.push({ ...change(chat, 0, chat.memberCount, actor), userId, role });
          return { result: views, events: 0, note: null };
        }
        if (former === 'owner') throw noOwner();
        await this.changes.lock(locked, [userId, ownerId ?? null]);
        // First the former owner, so that there are never two.
        if (ownerId !== undefined) await assign(ownerId, 'admin');
        await assign(userId, role);
        views.push({ ...change(chat, 1, chat.memberCount, actor), userId, role });
        if (ownerId !== undefined) {
          views.push({ ...change(chat, 2, chat.memberCount, actor), userId: ownerId, role: 'admin' });
        }
        const note = roleNote(actor.userId, userId, role);
        return { result: views, events: views.length, memberCount: chat.memberCount, note };
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

  /** Returns when they joined; null when `userIds` is empty. */
  private async insert({ chat, runner }: LockedGroup, userIds: number[]): Promise<string | null> {
    if (userIds.length === 0) return null;
    const { id, lastSeq, version, historyVisible } = chat;
    const seesAfter = historyVisible === 'all' ? 0 : lastSeq;
    const joined = await insertMembers(runner, {
      chatId: id,
      userIds,
      ownerId: null,
      lastSeq,
      seesAfter,
      version: version + 1,
    });
    if (joined.length < userIds.length) throw noSuchPeople('userIds');
    return joined[0]?.joinedAt ?? null;
  }
}

/** The common fields of all events about members, for the nth event of a change. */
export function change(
  chat: LockedGroup['chat'],
  nth: number,
  memberCount: number,
  actor: Actor,
): Omit<MemberUpdatedView, 'userId' | 'role'> {
  return {
    chatId: chat.id,
    version: chat.version + nth,
    membersVersion: chat.membersVersion + nth,
    memberCount,
    by: actor.userId,
  };
}

function noOwner(): AppError {
  return new AppError('CONFLICT', {
    message: 'A group needs an owner: make another member the owner first.',
    details: [{ path: 'role', message: 'expected owner' }],
  });
}
