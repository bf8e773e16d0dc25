import type {
  ChatReportedView,
  MessageReportedView,
  ReportView,
  UserReportedView,
} from '../contract/index.js';
import type { OwnIds } from '../users/directory/own-ids.js';
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

/** Whom and what a report is about, and who made it. */
export const namedIn = ({ reportedUserId, senderId, reporterId, chatId }: MessageReport) => ({
  users: [reportedUserId, senderId, reporterId],
  chats: [chatId],
});

export function toReportView(report: MessageReport, ids: OwnIds): ReportView {
  const { kind, messageId, chatId, reporterId, status, note, handledBy } = report;
  return {
    ...reported(report),
    kind,
    messageId,
    chatId,
    chatExternalId: ids.ofChat(chatId),
    userId: report.reportedUserId ?? report.senderId,
    userExternalId: ids.ofUser(report.reportedUserId ?? report.senderId),
    reporterId,
    reporterExternalId: ids.ofUser(reporterId),
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
