import { z } from 'zod';
import { count, id, json, timestamp } from './fields.js';
import { messageEditView } from './messages.js';

export const messageReportedView = z
  .object({ reportId: id, messageId: id, chatId: id, reason: z.string().nullable(), createdAt: timestamp })
  .meta({ id: 'MessageReported' });
export type MessageReportedView = z.infer<typeof messageReportedView>;

export const reportStatus = z.enum(['open', 'resolved', 'dismissed']);

export const reportView = messageReportedView
  .extend({
    reporterId: id,
    status: reportStatus,
    updatedAt: timestamp.describe('When the status was last set.'),
    message: z
      .object({
        seq: count,
        senderId: id.nullable(),
        content: z.string(),
        metadata: json.nullable(),
        replyToId: id.nullable(),
        createdAt: timestamp,
        editedAt: timestamp.nullable(),
        deletedAt: timestamp
          .nullable()
          .describe('When its sender had deleted it for everyone; null: it was there when it was reported.'),
        edits: z.array(messageEditView).describe('Its last 20 earlier versions, oldest first.'),
      })
      .describe('The message as it was when it was reported.'),
  })
  .meta({ id: 'Report' });
export type ReportView = z.infer<typeof reportView>;
