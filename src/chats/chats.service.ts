import { Injectable } from '@nestjs/common';
import { type Actor, personOf } from '../commands/identity/actor.js';
import { KnownUsers } from '../users/directory/known-users.js';
import {
  AppError,
  type ChatDeletedView,
  type ChatDetails,
  type ChatListItem,
  type ChatView,
  type CommandInput,
  MAX_INTEGER,
  type MemberView,
} from '../contract/index.js';
import { Database } from '../database/database.js';
import { PresenceService } from '../presence/presence.service.js';
import { Publisher } from '../delivery/publisher.js';
import { Access, judge, type MembershipRow } from './access.js';
import { membersOf } from './audience.js';
import {
  type ChatListRow,
  type ChatRow,
  type LastMessageColumns,
  toChatListItem,
  toChatView,
  toLastMessage,
} from './chat.view.js';
import { ChatPurge } from '../messages/model/chat-purge.js';
import {
  chatById,
  chatsOfUser,
  deleteChat,
  membershipOf,
  membersOfChat,
  openDirectChat,
} from './chats.queries.js';
import { lockChat } from '../groups/groups.queries.js';

/** Members shown with a chat. */
const MAX_MEMBERS_SHOWN = 100;

/** Looks at a direct chat that others are opening at the same time; one more suffices, the rest is patience. */
const OPEN_ATTEMPTS = 5;

/** Chats: opening, listing, deleting. */
@Injectable()
export class ChatsService {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly users: KnownUsers,
    private readonly presence: PresenceService,
    private readonly publisher: Publisher,
    private readonly purge: ChatPurge,
  ) {}

  /**
   * The direct chat of two people, made when there is none. However many ask at once, from however many
   * nodes, they all get the same; members hear `newChat` once.
   *
   * @throws AppError FORBIDDEN when the one who asks is neither of the two, or when there is none and one of them
   * blocks the other.
   */
  async open(actor: Actor, { user1Id, user2Id }: CommandInput<'createChat'>): Promise<ChatView> {
    if (actor.userId !== null && actor.userId !== user1Id && actor.userId !== user2Id) {
      throw new AppError('FORBIDDEN');
    }
    await this.users.ensure([user1Id, user2Id]);
    for (let attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
      const [row] = await this.database.rows<ChatRow & { created: boolean }>(openDirectChat, [
        user1Id,
        user2Id,
        actor.userId !== null,
      ]);
      if (!row) {
        await this.access.requireNoBlock(actor, actor.userId === user1Id ? user2Id : user1Id);
        continue;
      }
      const chat = toChatView(row);
      if (row.created) this.publisher.publish('newChat', chat, membersOf(chat, actor.origin));
      return chat;
    }
    throw new AppError('NOT_FOUND');
  }

  /** @throws AppError NOT_FOUND */
  async get(actor: Actor, { chatId }: { chatId: number }): Promise<ChatDetails> {
    await this.access.require(actor, 'chat.read', chatId);
    const [[row], members] = await Promise.all([
      this.database.rows<ChatRow & LastMessageColumns>(chatById, [chatId, actor.userId]),
      this.database.rows<MemberView>(membersOfChat, [chatId, MAX_MEMBERS_SHOWN]),
    ]);
    if (!row) throw new AppError('NOT_FOUND');
    return { ...toChatView(row), lastMessage: toLastMessage(row), members };
  }

  /** A page of a person's chats, the latest activity first. Empty for somebody nobody has heard of. */
  async list(actor: Actor, { before, limit }: CommandInput<'getChats'>): Promise<ChatListItem[]> {
    const userId = personOf(actor);
    const [milliseconds, id] = before === undefined ? [null, MAX_INTEGER] : before.split('.').map(Number);
    const activity = milliseconds == null ? 'infinity' : new Date(milliseconds).toISOString();
    const rows = await this.database.rows<ChatListRow>(chatsOfUser, [userId, activity, id, limit]);
    return this.listItems(rows);
  }

  /** List items with who of the other people is online. That may be asked of Redis: not inside a transaction. */
  async listItems(rows: readonly ChatListRow[]): Promise<ChatListItem[]> {
    const others = rows.map((row) => row['o.id']).filter((other) => other !== null);
    const online = await this.presence.onlineAmong(others);
    return rows.map((row) => toChatListItem(row, online));
  }

  /**
   * Deletes a chat and its messages for everyone. Who may is judged under the chat's lock, as for other changes of
   * groups; who may not in the first place neither locks nor waits.
   *
   * @throws AppError NOT_FOUND
   * @throws AppError FORBIDDEN in a group, for all but its owner.
   */
  async delete(actor: Actor, { chatId }: { chatId: number }): Promise<ChatDeletedView> {
    const chat = await this.access.require(actor, 'chat.delete', chatId);
    const gone = await this.database.transaction(async (runner) => {
      await runner.rows(lockChat, [chatId]);
      const [row] = await runner.rows<MembershipRow>(membershipOf, [chatId, actor.userId]);
      judge(actor, 'chat.delete', row);
      const [deleted] = await runner.rows<ChatDeletedView & { memberIds: number[] }>(deleteChat, [chatId]);
      return deleted;
    });
    if (!gone) throw new AppError('NOT_FOUND');
    const { memberIds, ...deleted } = gone;
    this.publisher.publish('chatDeleted', deleted, membersOf(chat, actor.origin));
    this.publisher.closeChat(chatId);
    this.presence.recheck(memberIds, memberIds);
    await this.purge.start(chatId);
    return deleted;
  }
}
