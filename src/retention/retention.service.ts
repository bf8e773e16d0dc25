import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { membersOf } from '../chats/audience.js';
import { toChatView } from '../chats/chat.view.js';
import { lockChat } from '../chats/membership.queries.js';
import type { Actor } from '../commands/identity/actor.js';
import { type AnsweredChatView, AppError, type CommandInput } from '../contract/index.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { RetentionPurge } from './retention-purge.js';
import { setRetentionDays } from './retention.queries.js';

/** How long a chat keeps its messages. */
@Injectable()
export class RetentionService {
  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
    private readonly audit: AuditService,
    private readonly purge: RetentionPurge,
  ) {}

  /**
   * What is older is removed soon after the answer. Members get `chatUpdated`.
   *
   * @throws AppError NOT_FOUND
   */
  async set(
    actor: Actor,
    { chatId, retentionDays: days }: CommandInput<'setRetention'>,
  ): Promise<AnsweredChatView> {
    const { chat, changed } = await this.database.transactionInChat(chatId, async (tx) => {
      const before = await lockChat(tx, chatId);
      if (!before) throw new AppError('NOT_FOUND');
      const after = await setRetentionDays(tx, { chatId, days: days === 0 ? null : days });
      if (!after) return { chat: before, changed: false as const };
      await this.audit.record(actor, 'retentionChanged', { chatId, details: { retentionDays: days } }, tx);
      return { chat: after, changed: true };
    });
    const view = toChatView(chat);
    if (!changed) return { ...view, changed };
    this.publisher.publish('chatUpdated', view, membersOf({ ...chat, chatId }, actor.origin));
    this.purge.purgeNow(chatId);
    return view;
  }
}
