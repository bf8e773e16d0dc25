import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { Access } from '../chats/access.js';
import { membersOf } from '../chats/audience.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import {
  AppError,
  type CommandInput,
  type MessageDeliveredView,
  type MessageReceiptsView,
  type MessageSeenView,
  type UnreadCountView,
} from '../contract/index.js';
import { Database } from '../database/database.js';
import { MessageChanges } from '../messages/changes/message-changes.js';
import { type Audience, Publisher } from '../delivery/publisher.js';
import {
  lockWatermarks,
  type MarkedRow,
  markDelivered,
  markSeen,
  markUnread,
  receiptsOf,
} from './receipts.queries.js';
import { UnreadCounts } from './unread-counts.js';
import { watermarks } from './watermarks.js';

/** People listed as having seen a message. */
const MAX_LISTED = 1_000;

/** Who has seen what, whom it has reached, and what is unread. */
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
   * The reader has seen everything up to a message, or everything in a chat. When nobody says who reads (the
   * seed's `markAsSeen { messageId }` on a socket that named nobody) it is the receiver of the message. The
   * permission (`receipt.write`) is the membership, checked by the statement under its lock.
   *
   * Members hear `messageSeen` when the watermark moved (in large groups, and
   * when the reader blocks the other one, the reader's own sockets only), the reader's own sockets `unreadCount`.
   *
   * @throws AppError NOT_FOUND when there is no such message or chat, or the reader is no member.
   */
  async markSeen(actor: Actor, input: CommandInput<'markAsSeen'>): Promise<MessageSeenView> {
    const row = await this.seen.submit(markOf(actor, input));
    const { messageId, chatId, userId, seq, version } = row;
    const view: MessageSeenView = { messageId, seen: true, chatId, userId, seq, version };
    if (row.moved) this.publisher.publish('messageSeen', view, this.whoHears(row, actor));
    this.unread.announce(userId, chatId);
    return view;
  }

  /** As `markSeen`, for what has reached a device. Members hear `messageDelivered`. */
  async markDelivered(actor: Actor, input: CommandInput<'markAsDelivered'>): Promise<MessageDeliveredView> {
    const row = await this.delivered.submit(markOf(actor, input));
    const { messageId, chatId, userId, seq, version } = row;
    const view: MessageDeliveredView = { messageId, delivered: true, chatId, userId, seq, version };
    if (row.moved) this.publisher.publish('messageDelivered', view, this.whoHears(row, actor));
    return view;
  }

  /** @throws AppError NOT_FOUND for no such chat, or a message that is not in it. */
  async markUnread(
    actor: Actor,
    { chatId, messageId }: CommandInput<'markAsUnread'>,
  ): Promise<UnreadCountView> {
    const userId = requireUserId(actor);
    await this.access.require(actor, 'receipt.write', chatId);
    const found = await this.database.transaction(async (tx) => {
      await lockWatermarks(tx, { userId, chatId });
      return markUnread(tx, { userId, chatId, messageId: messageId ?? null });
    });
    if (found === undefined && messageId !== undefined) throw new AppError('NOT_FOUND');
    const count = await this.unread.of(userId, chatId);
    this.publisher.publish('unreadCount', count, { users: [userId], except: actor.origin });
    return count;
  }

  /** @throws AppError NOT_FOUND */
  async unreadOf(actor: Actor, { chatId }: { chatId: number }): Promise<UnreadCountView> {
    await this.access.require(actor, 'chat.read', chatId);
    return this.unread.of(requireUserId(actor), chatId);
  }

  /** @throws AppError NOT_FOUND */
  async receiptsOf(actor: Actor, { messageId }: { messageId: number }): Promise<MessageReceiptsView> {
    const { chatId } = await this.changes.requireChatOf(actor, 'message.read', messageId);
    return { messageId, chatId, ...(await receiptsOf(this.database, { messageId, most: MAX_LISTED })) };
  }

  /**
   * All members; in a large group the reader alone: one mark of each of a thousand would be told a million times.
   * The reader alone, too, when they block the other one: a mark says that they are there at this moment.
   */
  private whoHears(row: MarkedRow, { origin }: Actor): Audience {
    return row.blocks || row.memberCount > this.config.receiptsPushedUpTo
      ? { users: [row.userId], except: origin }
      : membersOf(row, origin);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.seen.drained(), this.delivered.drained()]);
  }
}

function markOf(actor: Actor, { messageId, chatId }: { messageId?: number; chatId?: number }) {
  return { readerId: actor.userId, messageId: messageId ?? null, chatId: chatId ?? null };
}
