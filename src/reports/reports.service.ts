import { Injectable } from '@nestjs/common';
import { type Actor, personOf } from '../commands/identity/actor.js';
import { AppError, type CommandInput, type MessageReportedView, type ReportView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { MessageChanges } from '../messages/changes/message-changes.js';
import { type ReportRow, toMessageReportedView, toReportView } from './report.view.js';
import {
  addReport,
  reportOf,
  reportsAfter,
  reportsOfStatusAfter,
  setReportStatus,
} from './reports.queries.js';

/** Edits kept with a report: the last, which are what was meant to be read. */
const MAX_EDITS_KEPT = 20;

/** Messages that people report, kept as they were. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly database: Database,
    private readonly changes: MessageChanges,
  ) {}

  /**
   * Keeps the message as it is now: later edits, and the deletion of message or chat, leave the report as it is.
   * A repeat is answered with the first report.
   *
   * @throws AppError NOT_FOUND for no message, one deleted for everyone, or one in a chat that is not the asker's
   */
  async report(
    actor: Actor,
    { messageId, reason }: CommandInput<'reportMessage'>,
  ): Promise<MessageReportedView> {
    const reporterId = personOf(actor);
    await this.changes.requireChatOf(actor, 'message.report', messageId);
    const values = [messageId, reporterId, reason ?? null, MAX_EDITS_KEPT];
    const [added] = await this.database.rows<ReportRow>(addReport, values);
    const [report] = added ? [added] : await this.database.rows<ReportRow>(reportOf, [messageId, reporterId]);
    if (!report) throw new AppError('NOT_FOUND');
    return toMessageReportedView(report);
  }

  /** By id, a page at a time. */
  async page({ status, after = 0, limit }: CommandInput<'getReports'>): Promise<ReportView[]> {
    const rows =
      status === undefined
        ? await this.database.rows<ReportRow>(reportsAfter, [after, limit])
        : await this.database.rows<ReportRow>(reportsOfStatusAfter, [after, limit, status]);
    return rows.map(toReportView);
  }

  /** @throws AppError NOT_FOUND */
  async update({ reportId, status }: CommandInput<'updateReport'>): Promise<ReportView> {
    const [report] = await this.database.rows<ReportRow>(setReportStatus, [reportId, status]);
    if (!report) throw new AppError('NOT_FOUND');
    return toReportView(report);
  }
}
