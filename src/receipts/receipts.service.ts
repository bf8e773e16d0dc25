import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { Access } from '../chats/access.js';
import { membersOf } from '../chats/audience.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import {
  type AllSeenView,
  AppError,
  type CommandInput,
  type MessageDeliveredView,
  type MessageReceiptsView,
  type MessagesDeliveredView,
  type MessageSeenView,
  type UnreadCountView,
  type UnreadTotalsView,
} from '../contract/index.js';
import { aboutChat, Database } from '../database/database.js';
import { MessageChanges } from '../messages/changes/message-changes.js';
import { type Audience, Publisher } from '../delivery/publisher.js';
import {
  holdDeletions,
  lockWatermarks,
  type Mark,
  type MarkedRow,
  markDelivered,
  markSeen,
  markUnread,
  receiptsOf,
} from './receipts.queries.js';
import { UnreadCounts } from './unread-counts.js';
import { chatsWithUnread } from './unread.queries.js';
import { moveAll, watermarks } from './watermarks.js';

/** How far from the end of a chat a message can be marked as unread: so many are counted at most. */
const MAX_UNREAD_BACK = 10_000;

/** Most chats that one command marks as seen. */
const MAX_SEEN_AT_ONCE = 500;

/** Most members listed in the receipts of a message. */
const MAX_LISTED = 1_000;

/** Marks messages as seen, delivered and unread, and answers who has seen them. */
@Injectable()
export class ReceiptsService implements OnApplicationShutdown {
  private readonly seen;
  private readonly delivered;

  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly changes: MessageChanges,
    private readonly publisher: Publisher,
    private readonly unread: UnreadCounts,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    this.seen = watermarks(database, markSeen);
    this.delivered = watermarks(database, markDelivered);
  }

  /**
   * Marks everything up to a message, or everything in a chat, as seen by the reader. If the actor has no user id (the
   * seed's `markAsSeen { messageId }` on an anonymous socket), the reader is the receiver of the message. The
   * permission (`receipt.write`) is the membership; the statement checks it under its lock.
   *
   * Members get `messageSeen` when the watermark moved. In large groups, and when the reader blocks the other user,
   * only the reader's own sockets get it. The reader's sockets also get `unreadCount`.
   *
   * @throws AppError NOT_FOUND when there is no such message or chat, or the reader is not a member.
   */
  async markSeen(actor: Actor, input: CommandInput<'markAsSeen'>): Promise<MessageSeenView> {
    return this.tellSeen(await this.seen.submit(markOf(actor, input)), actor);
  }

  /** Marks the chats with unread messages as seen, at most 500; for each of them as `markSeen`. */
  async markAllSeen(actor: Actor): Promise<AllSeenView> {
    const userId = requireUserId(actor);
    const unseen = await chatsWithUnread(this.database, { userId, most: MAX_SEEN_AT_ONCE + 1 });
    const marks = unseen
      .slice(0, MAX_SEEN_AT_ONCE)
      .map((chatId) => ({ readerId: userId, messageId: null, chatId, seq: null }));
    const rows = await moveAll(this.database, markSeen, marks);
    for (const row of rows) this.tellSeen(row, actor);
    return {
      ...(await this.unread.totalsOf(userId)),
      chatIds: rows.map(({ chatId }) => chatId),
      more: unseen.length > MAX_SEEN_AT_ONCE,
    };
  }

  /** One chat, or with `marks` many. */
  async markAsDelivered(
    actor: Actor,
    input: CommandInput<'markAsDelivered'>,
  ): Promise<MessageDeliveredView | MessagesDeliveredView> {
    return input.marks ? this.markManyDelivered(actor, input.marks) : this.markDelivered(actor, input);
  }

  /** As `markSeen`, for messages that have reached a device. Members get `messageDelivered`. */
  async markDelivered(actor: Actor, input: Place): Promise<MessageDeliveredView> {
    return this.tellDelivered(await this.delivered.submit(markOf(actor, input)), actor);
  }

  /** As `markDelivered` for each mark, in one statement. Chats that are not the actor's are left out of the answer. */
  async markManyDelivered(
    actor: Actor,
    positions: readonly { chatId: number; seq: number }[],
  ): Promise<MessagesDeliveredView> {
    requireUserId(actor);
    const marks = positions.map((position) => markOf(actor, position));
    const rows = await moveAll(this.database, markDelivered, marks);
    return { marks: rows.map((row) => this.tellDelivered(row, actor)) };
  }

  private tellSeen(row: MarkedRow, actor: Actor): MessageSeenView {
    const { messageId, chatId, userId, seq, version } = row;
    const view: MessageSeenView = { messageId, seen: true, chatId, userId, seq, version, changed: false };
    if (row.moved) this.publisher.publish('messageSeen', view, this.audienceOf(row, actor));
    this.unread.announce(userId, chatId);
    return view;
  }

  private tellDelivered(row: MarkedRow, actor: Actor): MessageDeliveredView {
    const { messageId, chatId, userId, seq, version } = row;
    const view: MessageDeliveredView = {
      messageId,
      delivered: true,
      chatId,
      userId,
      seq,
      version,
      changed: false,
    };
    if (row.moved) this.publisher.publish('messageDelivered', view, this.audienceOf(row, actor));
    return view;
  }

  /**
   * @throws AppError NOT_FOUND when there is no such chat, or the message is not in it; CONFLICT when it is not among the
   * newest 10,000 of the chat
   */
  async markUnread(
    actor: Actor,
    { chatId, messageId }: CommandInput<'markAsUnread'>,
  ): Promise<UnreadCountView> {
    const userId = requireUserId(actor);
    await this.access.require(actor, 'receipt.write', chatId);
    const found = await this.database.transactionAbout(aboutChat(chatId), async (tx) => {
      await holdDeletions(tx, chatId);
      await lockWatermarks(tx, { userId, chatId });
      return markUnread(tx, { userId, chatId, messageId: messageId ?? null, most: MAX_UNREAD_BACK });
    });
    if (found === undefined && messageId !== undefined) throw new AppError('NOT_FOUND');
    if (found?.tooFar) throw tooFarBack();
    const count = await this.unread.of(userId, chatId);
    this.publisher.publish('unreadCount', count, { users: [userId], except: actor.origin });
    return count;
  }

  /** @throws AppError NOT_FOUND */
  async unreadOf(
    actor: Actor,
    { chatId }: CommandInput<'getUnreadCount'>,
  ): Promise<UnreadCountView | UnreadTotalsView> {
    if (chatId === undefined) return this.unreadTotalsOf(actor);
    await this.access.require(actor, 'chat.read', chatId);
    return this.unread.of(requireUserId(actor), chatId);
  }

  unreadTotalsOf(actor: Actor): Promise<UnreadTotalsView> {
    return this.unread.totalsOf(requireUserId(actor));
  }

  /** @throws AppError NOT_FOUND */
  async receiptsOf(actor: Actor, { messageId }: { messageId: number }): Promise<MessageReceiptsView> {
    const { chatId } = await this.changes.requireChatOf(actor, 'message.read', messageId);
    return { messageId, chatId, ...(await receiptsOf(this.database, { messageId, most: MAX_LISTED })) };
  }

  /**
   * All members. In a large group the reader only: if each of a thousand members marks once, that makes a million
   * events. Also the reader only when they block the other user: a receipt shows that they are online now.
   */
  private audienceOf(row: MarkedRow, { origin }: Actor): Audience {
    return row.blocks || row.memberCount > this.config.receiptsPushedUpTo
      ? { users: [row.userId], except: origin }
      : membersOf(row, origin);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.seen.drained(), this.delivered.drained()]);
  }
}

function tooFarBack(): AppError {
  return new AppError('CONFLICT', {
    details: [
      { path: 'messageId', message: `expected one of the newest ${MAX_UNREAD_BACK} messages of the chat` },
    ],
  });
}

/** Where a mark is set. */
interface Place {
  messageId?: number | undefined;
  chatId?: number | undefined;
  seq?: number | undefined;
}

function markOf(actor: Actor, { messageId, chatId, seq }: Place): Mark {
  return {
    readerId: actor.userId,
    messageId: messageId ?? null,
    chatId: chatId ?? null,
    seq: seq ?? null,
  };
}
