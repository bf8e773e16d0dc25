import type { MessageReportedView, ReportView } from '../contract/index.js';

/** A report as statements select it. */
export type ReportRow = Omit<ReportView, 'message'> &
  Omit<ReportView['message'], 'createdAt'> & { sentAt: string };

/** What its reporter is shown. */
export function toMessageReportedView(row: ReportRow): MessageReportedView {
  const { reportId, messageId, chatId, reason, createdAt } = row;
  return { reportId, messageId, chatId, reason, createdAt };
}

export function toReportView(row: ReportRow): ReportView {
  return {
    ...toMessageReportedView(row),
    reporterId: row.reporterId,
    status: row.status,
    updatedAt: row.updatedAt,
    message: {
      seq: row.seq,
      senderId: row.senderId,
      content: row.content,
      metadata: row.metadata,
      replyToId: row.replyToId,
      createdAt: row.sentAt,
      editedAt: row.editedAt,
      edits: row.edits,
    },
  };
}
