import { Inject, Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { literal, Op } from 'sequelize';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { AppError, type CommandInput, type MessageReportedView, type ReportView } from '../contract/index.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { PAGE_BYTES, withinPage } from '../common/page-bytes.js';
import { Database } from '../database/database.js';
import { MessageChanges } from '../messages/changes/message-changes.js';
import { MessageReport } from '../database/models/message-report.model.js';
import { toMessageReportedView, toReportView } from './report.view.js';
import { addReport } from './reports.queries.js';

/** Reports of messages, each with a copy of the message as it was. */
@Injectable()
export class ReportsService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly database: Database,
    private readonly changes: MessageChanges,
    @InjectModel(MessageReport) private readonly reports: typeof MessageReport,
  ) {}

  /**
   * Stores a copy of the message as it is now, or as it was when its sender deleted it less than KEEP_DELETED_SECONDS ago:
   * later edits, and the deletion of the message or chat, do not change the
   * report. Reporting a message again returns the first report.
   *
   * @throws AppError NOT_FOUND when the message does not exist, was deleted for everyone longer ago or by somebody else, or the actor is not a member
   * of its chat
   */
  async report(
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
    const report = await this.reports.findOne({ where: { messageId, reporterId } });
    if (!report) throw new AppError('NOT_FOUND');
    return toMessageReportedView(report);
  }

  /** By id, a page at a time: up to `limit`, as many as fit into 1 MiB, and one at least. Empty after the last. */
  async page({ status, after = 0, limit }: CommandInput<'getReports'>): Promise<ReportView[]> {
    // Measured first and then read: a hundred of the longest would be a hundred megabytes.
    const measured = await this.reports.findAll({
      attributes: ['id', [literal('octet_length(content) + octet_length(edits::text)'), 'bytes']],
      where: { id: { [Op.gt]: after }, ...(status === undefined ? {} : { status }) },
      order: ['id'],
      limit,
    });
    let left = PAGE_BYTES;
    const cut = measured.findIndex((report) => (left -= report.get('bytes') as number) < 0);
    const ids = measured.slice(0, cut === -1 ? undefined : cut + 1).map(({ id }) => id);
    const reports = await this.reports.findAll({ where: { id: ids }, order: ['id'] });
    return withinPage(reports.map(toReportView));
  }

  /** A report that the actor made. @throws AppError NOT_FOUND */
  async made(actor: Actor, reportId: number): Promise<MessageReportedView> {
    const report = await this.find(reportId);
    if (report.reporterId !== actor.userId) throw new AppError('NOT_FOUND');
    return toMessageReportedView(report);
  }

  /** @throws AppError NOT_FOUND */
  async get(reportId: number): Promise<ReportView> {
    return toReportView(await this.find(reportId));
  }

  /** @throws AppError NOT_FOUND */
  async update({ reportId, status }: CommandInput<'updateReport'>): Promise<ReportView> {
    const report = await this.find(reportId);
    // The same status again is no change, and leaves `updatedAt` as it is.
    return toReportView(await report.update({ status }));
  }

  private async find(reportId: number): Promise<MessageReport> {
    const report = await this.reports.findByPk(reportId);
    if (!report) throw new AppError('NOT_FOUND');
    return report;
  }
}
