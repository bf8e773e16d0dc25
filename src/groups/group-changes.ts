import { Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { AppError, type MessageView, type Permission } from '../contract/index.js';
import { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import type { Role } from '../database/models/chat-member.model.js';
import { authorize, type Membership } from '../chats/access.js';
import { lockChat } from '../chats/membership.queries.js';
import type { ChatRow } from '../database/models/chat.model.js';
import { lockMembers, membersAmong, stampGroup } from './groups.queries.js';
import { namesFor, type NameOf, writeSystemMessage } from '../messages/model/system-messages.js';

/** A group under change: its row is locked, so nobody joins, leaves or changes roles meanwhile. */
export interface LockedGroup {
  chat: ChatRow;
  /** What the actor is in it. */
  membership: Membership;
  runner: Runner;
}

/** What a change has come to. */
export interface Effect<Result> {
  result: Result;
  /** How many events it makes, each with a version of its own; 0: nothing has changed. */
  events: number;
  /** Members after a change of members or roles; left out where it was none. */
  memberCount?: number;
  /** The system message about it; null: none. */
  note: Note | null;
}

export interface Note {
  /** People whose names it says, besides the actor's. */
  names: readonly number[];
  text(nameOf: NameOf): string;
  metadata: { event: string } & Record<string, unknown>;
}

export interface ChangedGroup<Result> {
  result: Result;
  /** The group after the change, at the version of its last event, and before the system message. */
  chat: ChatRow;
  changed: boolean;
  message: MessageView | null;
}

/** Changes of groups: one after the other in each, each with the chat's next versions, told by a system message. */
@Injectable()
export class GroupChanges {
  constructor(private readonly database: Database) {}

  /**
   * Runs `apply` under the lock of the group's row. Its events take the versions that follow the chat's, the system
   * message the one after; all of it is one commit.
   *
   * @throws AppError NOT_FOUND, FORBIDDEN as `Access.require`; FORBIDDEN for a direct chat, where nobody is added
   * or removed. What `apply` throws undoes the change.
   */
  async change<Result>(
    actor: Actor,
    permission: Permission,
    chatId: number,
    apply: (locked: LockedGroup) => Promise<Effect<Result>>,
  ): Promise<ChangedGroup<Result>> {
    return this.database.transaction(async (runner) => {
      const chat = await lockChat(runner, chatId);
      if (!chat) throw new AppError('NOT_FOUND');
      const membership = await this.authorizeIn(runner, actor, permission, chat);
      if (chat.type !== 'group') throw new AppError('FORBIDDEN');
      const { result, events, memberCount, note } = await apply({ chat, membership, runner });
      if (events === 0) return { result, chat, changed: false, message: null };
      const ofMembers = memberCount !== undefined;
      const after = await stampGroup(runner, {
        chatId,
        events,
        ofMembers,
        memberCount: memberCount ?? chat.memberCount,
      });
      // It was deleted with its last member.
      if (!after) return { result, chat, changed: true, message: null };
      const message = note && (await this.write(runner, actor, after, note));
      return { result, chat: after, changed: true, message };
    });
  }

  /** Those of the people who are members, with their roles. */
  async rolesOf(
    { chat, runner }: Pick<LockedGroup, 'chat' | 'runner'>,
    userIds: readonly number[],
  ): Promise<Map<number, Role>> {
    const rows = await membersAmong(runner, { chatId: chat.id, userIds });
    return new Map(rows.map(({ userId, role }) => [userId, role]));
  }

  /** Locks the memberships that the change writes, that of the actor (who sends the system message) among them. */
  async lock({ chat, membership, runner }: LockedGroup, userIds: readonly (number | null)[]): Promise<void> {
    const people = [...userIds, membership.userId].filter((userId) => userId !== null);
    await lockMembers(runner, { chatId: chat.id, userIds: people });
  }

  private async authorizeIn(
    runner: Runner,
    actor: Actor,
    permission: Permission,
    chat: ChatRow,
  ): Promise<Membership> {
    const [member] = await membersAmong(runner, {
      chatId: chat.id,
      userIds: actor.userId === null ? [] : [actor.userId],
    });
    const { id: chatId, type, user1Id, user2Id, lastSeq, version } = chat;
    return authorize(actor, permission, {
      chatId,
      type,
      user1Id,
      user2Id,
      lastSeq,
      version,
      // No command for groups is among those that a block ends.
      user1Blocks: false,
      user2Blocks: false,
      role: member?.role ?? null,
      seesAfter: member?.seesAfter ?? 0,
    });
  }

  private async write(runner: Runner, actor: Actor, chat: ChatRow, note: Note): Promise<MessageView> {
    const by = actor.userId;
    const nameOf = await namesFor(runner, by === null ? note.names : [...note.names, by]);
    const draft = { senderId: by, content: note.text(nameOf), metadata: { ...note.metadata, by } };
    return writeSystemMessage(runner, { chatId: chat.id, user1Id: null, user2Id: null }, draft);
  }
}
