import { Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { AppError, type MessageView, type Permission } from '../contract/index.js';
import type { NotedEvent } from '../changes/note-change.js';
import { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import type { Role } from '../database/models/chat-member.model.js';
import { authorize, type Membership } from '../chats/access.js';
import { lockChat } from '../chats/membership.queries.js';
import type { ChatRow } from '../database/models/chat.model.js';
import { lockMembers, membersAmong, stampGroup } from './groups.queries.js';
import { namesFor, type NameOf, writeSystemMessage } from '../messages/model/system-messages.js';

/** A group to change. Its row is locked, so members and roles can't change meanwhile. */
export interface LockedGroup {
  chat: ChatRow;
  membership: Membership;
  runner: Runner;
}

/** The outcome of a change. */
export interface Effect<Result> {
  result: Result;
  /** The events that it publishes, each with its own version, as the log of changes has them; none: nothing changed. */
  events: readonly NotedEvent[];
  /** Number of members after a change of members or roles; left out for other changes. */
  memberCount?: number;
  /** Whether it changes what members may write, by a rule for all of them. */
  ofRules?: boolean;
  /** The system message about it; null: none. */
  note: Note | null;
}

export interface Note {
  /** Users whose names are in the text, besides the actor. */
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

/** Changes groups, one change after the other in each. A change takes the next versions and adds a system message. */
@Injectable()
export class GroupChanges {
  constructor(private readonly database: Database) {}

  /**
   * Runs `apply` under the lock of the group's row. Its events take the next versions of the chat, and the system
   * message takes the one after them. All of it is one commit.
   *
   * @throws AppError NOT_FOUND, FORBIDDEN as `Access.require`; FORBIDDEN for a direct chat, whose members never change.
   * An error from `apply` rolls the change back.
   */
  async change<Result>(
    actor: Actor,
    permission: Permission,
    chatId: number,
    apply: (locked: LockedGroup) => Promise<Effect<Result>>,
  ): Promise<ChangedGroup<Result>> {
    return this.run(actor, chatId, async (chat, runner) => {
      const membership = await this.authorizeIn(runner, actor, permission, chat);
      if (chat.type !== 'group') throw new AppError('FORBIDDEN');
      return apply({ chat, membership, runner });
    });
  }

  /**
   * As `change`, by somebody who need not be a member: `apply` decides whether they may, and answers NOT_FOUND as if
   * there were no such chat.
   *
   * @throws AppError NOT_FOUND
   */
  async join<Result>(
    actor: Actor,
    chatId: number,
    apply: (chat: ChatRow, runner: Runner) => Promise<Effect<Result>>,
  ): Promise<ChangedGroup<Result>> {
    return this.run(actor, chatId, apply);
  }

  private async run<Result>(
    actor: Actor,
    chatId: number,
    apply: (chat: ChatRow, runner: Runner) => Promise<Effect<Result>>,
  ): Promise<ChangedGroup<Result>> {
    return this.database.transactionInChat(chatId, async (runner) => {
      const chat = await lockChat(runner, chatId);
      if (!chat) throw new AppError('NOT_FOUND');
      const { result, events, memberCount, ofRules = false, note } = await apply(chat, runner);
      if (events.length === 0) return { result, chat, changed: false, message: null };
      const ofMembers = memberCount !== undefined;
      const after = await stampGroup(runner, {
        chatId,
        events,
        ofMembers,
        ofRules,
        memberCount: memberCount ?? chat.memberCount,
      });
      // The group was deleted with its last member.
      if (!after) return { result, chat, changed: true, message: null };
      const message = note && (await this.write(runner, actor, after, note));
      return { result, chat: after, changed: true, message };
    });
  }

  /** The roles of those users who are members. */
  async rolesOf(
    { chat, runner }: Pick<LockedGroup, 'chat' | 'runner'>,
    userIds: readonly number[],
  ): Promise<Map<number, Role>> {
    const rows = await membersAmong(runner, { chatId: chat.id, userIds });
    return new Map(rows.map(({ userId, role }) => [userId, role]));
  }

  /** A member; undefined: the user is none. */
  async memberOf(
    { chat, runner }: Pick<LockedGroup, 'chat' | 'runner'>,
    userId: number,
  ): Promise<{ role: Role; silencedUntil: string | null } | undefined> {
    const [member] = await membersAmong(runner, { chatId: chat.id, userIds: [userId] });
    return member;
  }

  /** Locks the memberships that the change writes, and the actor's, because the actor sends the system message. */
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
      // A block does not affect commands for groups.
      user1Blocks: false,
      user2Blocks: false,
      closed: false,
      sending: chat.sending,
      addMembers: chat.addMembers,
      role: member?.role ?? null,
      seesAfter: member?.seesAfter ?? 0,
      // Nor does a silence.
      silencedUntil: null,
      silencedMs: null,
    });
  }

  private async write(runner: Runner, actor: Actor, chat: ChatRow, note: Note): Promise<MessageView> {
    const by = actor.userId;
    const nameOf = await namesFor(runner, by === null ? note.names : [...note.names, by]);
    const draft = {
      senderId: by,
      content: note.text(nameOf),
      metadata: { ...note.metadata, by },
      isNote: true,
    };
    return writeSystemMessage(runner, { chatId: chat.id, user1Id: null, user2Id: null }, draft);
  }
}
