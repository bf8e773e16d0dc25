import type { MessageReportedView, ReportView } from '../contract/index.js';
import type { MessageReport } from '../database/models/message-report.model.js';

/** The view of a report for its reporter. */
export function toMessageReportedView(report: MessageReport): MessageReportedView {
  const { id, messageId, chatId, reason, createdAt } = report;
  return { reportId: id, messageId, chatId, reason, createdAt: createdAt.toISOString() };
}

export function toReportView(report: MessageReport): ReportView {
  return {
    ...toMessageReportedView(report),
    reporterId: report.reporterId,
    status: report.status,
    updatedAt: report.updatedAt.toISOString(),
    message: {
      seq: report.seq,
      senderId: report.senderId,
      content: report.content,
      metadata: report.metadata,
      replyToId: report.replyToId,
      createdAt: report.sentAt.toISOString(),
      editedAt: report.editedAt?.toISOString() ?? null,
      deletedAt: report.deletedAt?.toISOString() ?? null,
      edits: report.edits,
    },
  };
}
