import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import {
  AppError,
  type ChatDetails,
  type ChatListItem,
  type ChatsPage,
  type CommandInput,
  MAX_INTEGER,
} from '../contract/index.js';
import { PAGE_BYTES, withinPage } from '../common/page-bytes.js';
import { Database } from '../database/database.js';
import { PresenceService } from '../presence/presence.service.js';
import { Access } from './access.js';
import { toChatListItem, toChatView, toLastMessage, toOwnPlace } from './chat.view.js';
import { type ChatListRow, chatsOfUser } from './chat-list.queries.js';
import { chatById, membersOfChat } from './chats.queries.js';
import { membersShownTo } from './membership.queries.js';
import { shownTo } from './shown.js';

/** Most members shown with a chat. */
const MAX_MEMBERS_SHOWN = 100;

/** Chats: showing and listing. */
@Injectable()
export class ChatsService {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly presence: PresenceService,
  ) {}

  /** @throws AppError NOT_FOUND */
  async get(actor: Actor, { chatId }: { chatId: number }): Promise<ChatDetails> {
    const before = await this.access.require(actor, 'chat.read', chatId);
    const [row, members] = await Promise.all([
      chatById(this.database, { chatId, userId: actor.userId }),
      membersOfChat(this.database, { chatId, most: MAX_MEMBERS_SHOWN }),
    ]);
    if (!row) throw new AppError('NOT_FOUND');
    const { chat, lastMessage } = row;
    const shown = await shownTo(this.database, actor.userId, lastMessage ? [lastMessage] : []);
    // Rights read before the version that is shown would stay wrong at the client: no event corrects them.
    const member =
      before.version === chat.version ? before : await this.access.require(actor, 'chat.read', chatId);
    const view = toChatView(chat);
    return {
      ...view,
      ...toOwnPlace(view, member),
      lastMessage: toLastMessage(lastMessage, chat, shown),
      members: membersShownTo(actor, members),
    };
  }

  /**
   * A page of the user's chats, latest activity first: up to `limit`, as many as fit into 256 KiB, and one at least. Empty
   * for an unknown user, and after the last chat. With `page` the answer also says whether there are more.
   */
  async list(actor: Actor, input: CommandInput<'getChats'>): Promise<ChatListItem[] | ChatsPage> {
    const { before, limit, filter = null } = input;
    const of = { userId: requireUserId(actor), filter };
    const rows = await chatsOfUser(this.database, {
      ...of,
      ...placeOf(before),
      most: limit,
      bytes: PAGE_BYTES,
    });
    const chats = withinPage(await this.listItems(actor, rows));
    if (!input.page) return chats;
    const last = chats.at(-1);
    if (!last || chats.length < rows.length) return { chats, more: chats.length < rows.length };
    const next = await chatsOfUser(this.database, { ...of, ...placeOf(last.cursor), most: 1, bytes: 1 });
    return { chats, more: next.length > 0 };
  }

  /**
   * List items as the actor sees them, with the presence of the other users. Not inside a transaction: it may query
   * Redis.
   */
  async listItems(actor: Actor, rows: readonly ChatListRow[]): Promise<ChatListItem[]> {
    const others = rows.flatMap(({ other }) => other?.id ?? []);
    // Who has not written in the chat may be hidden in it. Who has, is not, and costs no query.
    const silent = rows.flatMap(({ other, otherHasWritten }) => (other && !otherHasWritten ? other.id : []));
    const hidden = await this.presence.hiddenAmong(actor, silent);
    const online = await this.presence.onlineAmong(others);
    const newest = rows.flatMap(({ lastMessage }) => lastMessage ?? []);
    const shown = await shownTo(this.database, actor.userId, newest);
    return rows.map((row) => toChatListItem(row, { online, hidden, shown, reader: actor }));
  }
}

/** The activity and id of the chat that a cursor stands for. */
function placeOf(cursor: string | undefined): { activity: string; id: number } {
  const [milliseconds, id = MAX_INTEGER] = cursor === undefined ? [] : cursor.split('.').map(Number);
  return { activity: milliseconds == null ? 'infinity' : new Date(milliseconds).toISOString(), id };
}
