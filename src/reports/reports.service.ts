import { Inject, Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import {
  AppError,
  type ChatReportedView,
  type CommandInput,
  type MessageReportedView,
  type UserReportedView,
} from '../contract/index.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { MessageChanges } from '../messages/changes/message-changes.js';
import { MessageReport } from '../database/models/message-report.model.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { publicMetadata } from '../users/user.view.js';
import { toChatReportedView, toMessageReportedView, toUserReportedView } from './report.view.js';
import { addChatReport, addReport, addUserReport, chatToReport, userToReport } from './reports.queries.js';

/**
 * Reports of messages, users and chats, each with a copy of what it is about as it was. Reporting the same again returns the
 * first report.
 */
@Injectable()
export class ReportsService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly database: Database,
    private readonly changes: MessageChanges,
    private readonly users: KnownUsers,
    @InjectModel(MessageReport) private readonly reports: typeof MessageReport,
  ) {}

  /**
   * Stores a copy of the message as it is now, or as it was when its sender deleted it less than KEEP_DELETED_SECONDS ago:
   * later edits, and the deletion of the message or chat, do not change the report.
   *
   * @throws AppError NOT_FOUND when the message does not exist, was deleted for everyone longer ago or by somebody else, or the actor is not a member
   * of its chat
   */
  async message(
    actor: Actor,
    { messageId, reason }: CommandInput<'reportMessage'>,
  ): Promise<MessageReportedView> {
    const reporterId = requireUserId(actor);
    await this.changes.requireChatOf(actor, 'message.report', messageId);
    await addReport(this.database, {
      messageId,
      reporterId,
      reason: reason ?? null,
      keepMs: this.config.keepDeletedMs,
    });
    return toMessageReportedView(await this.found({ kind: 'message', messageId, reporterId }));
  }

  /**
   * Stores what the user shows others now.
   *
   * @throws AppError NOT_FOUND for somebody whom the actor neither finds nor shares a chat with; VALIDATION_FAILED for oneself
   */
  async user(actor: Actor, { userId, reason }: CommandInput<'reportUser'>): Promise<UserReportedView> {
    const reporterId = requireUserId(actor);
    if (userId === reporterId) throw oneself();
    await this.users.ensure([reporterId]);
    const { directory } = this.config;
    const user = await userToReport(this.database, { userId, reporterId, directory });
    if (!user) throw new AppError('NOT_FOUND');
    const { name, avatarUrl, metadata } = user;
    const shown = { name, avatarUrl, metadata: publicMetadata(metadata) };
    await addUserReport(this.database, { userId, reporterId, reason: reason ?? null, shown });
    return toUserReportedView(await this.found({ kind: 'user', reportedUserId: userId, reporterId }));
  }

  /** Stores what the chat is now. @throws AppError NOT_FOUND for one that the actor does not see */
  async chat(actor: Actor, { chatId, reason }: CommandInput<'reportChat'>): Promise<ChatReportedView> {
    const reporterId = requireUserId(actor);
    await this.users.ensure([reporterId]);
    const chat = await chatToReport(this.database, { chatId, reporterId });
    if (!chat) throw new AppError('NOT_FOUND');
    const { type, title, avatarUrl, metadata, visibility, memberCount } = chat;
    const shown = { type, title, avatarUrl, metadata, visibility, memberCount };
    await addChatReport(this.database, { chatId, reporterId, reason: reason ?? null, shown });
    return toChatReportedView(await this.found({ kind: 'chat', chatId, reporterId }));
  }

  /** A report that the actor made. @throws AppError NOT_FOUND */
  async made(actor: Actor, reportId: number): Promise<MessageReport> {
    const report = await this.found({ id: reportId });
    if (report.reporterId !== actor.userId) throw new AppError('NOT_FOUND');
    return report;
  }

  /** @throws AppError NOT_FOUND */
  private async found(where: Partial<MessageReport>): Promise<MessageReport> {
    const report = await this.reports.findOne({ where: { ...where } });
    if (!report) throw new AppError('NOT_FOUND');
    return report;
  }
}

function oneself(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path: 'userId', message: 'expected a user other than yourself' }],
  });
}
