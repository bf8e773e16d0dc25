import type {
  ChatReportedView,
  MessageReportedView,
  ReportView,
  UserReportedView,
} from '../contract/index.js';
import type { MessageReport } from '../database/models/message-report.model.js';

/** What the reporter sees of each report. */
const reported = ({ id, reason, createdAt }: MessageReport) => ({
  reportId: id,
  reason,
  createdAt: createdAt.toISOString(),
});

/** The view of a report of a message for its reporter. */
export function toMessageReportedView(report: MessageReport): MessageReportedView {
  return { ...reported(report), messageId: report.messageId!, chatId: report.chatId! };
}

export function toUserReportedView(report: MessageReport): UserReportedView {
  return { ...reported(report), userId: report.reportedUserId! };
}

export function toChatReportedView(report: MessageReport): ChatReportedView {
  return { ...reported(report), chatId: report.chatId! };
}

export function toReportView(report: MessageReport): ReportView {
  const { kind, messageId, chatId, reporterId, status, note, handledBy } = report;
  return {
    ...reported(report),
    kind,
    messageId,
    chatId,
    userId: report.reportedUserId ?? report.senderId,
    reporterId,
    status,
    updatedAt: report.updatedAt.toISOString(),
    note,
    handledBy,
    message: kind === 'message' ? messageOf(report) : null,
    user: kind === 'user' ? (report.shown as ReportView['user']) : null,
    chat: kind === 'chat' ? (report.shown as ReportView['chat']) : null,
  };
}

function messageOf(report: MessageReport): ReportView['message'] {
  return {
    seq: report.seq,
    senderId: report.senderId,
    content: report.content,
    metadata: report.metadata,
    replyToId: report.replyToId,
    createdAt: report.sentAt.toISOString(),
    editedAt: report.editedAt?.toISOString() ?? null,
    deletedAt: report.deletedAt?.toISOString() ?? null,
    edits: report.edits,
  };
}
