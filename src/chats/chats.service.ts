import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import {
  AppError,
  type ChatDeletedView,
  type ChatDetails,
  type ChatListItem,
  type CommandInput,
  MAX_INTEGER,
} from '../contract/index.js';
import { Bus } from '../common/bus.js';
import { Database } from '../database/database.js';
import { PresenceService } from '../presence/presence.service.js';
import { Publisher } from '../delivery/publisher.js';
import { Access, authorize } from './access.js';
import { membersOf } from './audience.js';
import { toChatListItem, toChatView, toLastMessage } from './chat.view.js';
import { chatById, type ChatListRow, chatsOfUser, deleteChat, membersOfChat } from './chats.queries.js';
import { lockChat, membershipOf } from './membership.queries.js';

/** Members shown with a chat. */
const MAX_MEMBERS_SHOWN = 100;

declare module '../common/bus.js' {
  interface InnerEvents {
    /**
     * A chat is gone, and whoever is told waits for the listeners: what they remove of it in their first step is removed
     * when the command is answered.
     */
    chatDeleted: { chatId: number; memberIds: readonly number[] };
  }
}

/** Chats: showing, listing, deleting. */
@Injectable()
export class ChatsService {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly presence: PresenceService,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
  ) {}

  /** @throws AppError NOT_FOUND */
  async get(actor: Actor, { chatId }: { chatId: number }): Promise<ChatDetails> {
    await this.access.require(actor, 'chat.read', chatId);
    const [row, members] = await Promise.all([
      chatById(this.database, { chatId, userId: actor.userId }),
      membersOfChat(this.database, { chatId, most: MAX_MEMBERS_SHOWN }),
    ]);
    if (!row) throw new AppError('NOT_FOUND');
    const { chat, lastMessage } = row;
    return { ...toChatView(chat), lastMessage: toLastMessage(lastMessage, chat), members };
  }

  /** A page of a person's chats, the latest activity first. Empty for somebody nobody has heard of. */
  async list(actor: Actor, { before, limit }: CommandInput<'getChats'>): Promise<ChatListItem[]> {
    const userId = requireUserId(actor);
    const [milliseconds, id = MAX_INTEGER] = before === undefined ? [] : before.split('.').map(Number);
    const activity = milliseconds == null ? 'infinity' : new Date(milliseconds).toISOString();
    const rows = await chatsOfUser(this.database, { userId, activity, id, most: limit });
    return this.listItems(rows);
  }

  /** List items with who of the other people is online. That may be asked of Redis: not inside a transaction. */
  async listItems(rows: readonly ChatListRow[]): Promise<ChatListItem[]> {
    const others = rows.flatMap(({ other }) => other?.id ?? []);
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
    const gone = await this.database.transaction(async (tx) => {
      await lockChat(tx, chatId);
      authorize(actor, 'chat.delete', await membershipOf(tx, { chatId, userId: actor.userId }));
      return deleteChat(tx, chatId);
    });
    if (!gone) throw new AppError('NOT_FOUND');
    const { memberIds, ...deleted } = gone;
    this.publisher.publish('chatDeleted', deleted, membersOf(chat, actor.origin));
    this.publisher.closeChat(chatId);
    await this.bus.emitAndWait('chatDeleted', { chatId, memberIds });
    return deleted;
  }
}
