import { z } from 'zod';
import { chatView } from './chats.js';
import { count, id, json, ownIdOf, timestamp } from './fields.js';
import { messageEditView } from './messages.js';
import { userView } from './users.js';

/** What every report has. */
const reported = z.object({ reportId: id, reason: z.string().nullable(), createdAt: timestamp });

export const messageReportedView = reported
  .extend({ messageId: id, chatId: id })
  .meta({ id: 'MessageReported' });
export type MessageReportedView = z.infer<typeof messageReportedView>;

export const userReportedView = reported.extend({ userId: id }).meta({ id: 'UserReported' });
export type UserReportedView = z.infer<typeof userReportedView>;

export const chatReportedView = reported.extend({ chatId: id }).meta({ id: 'ChatReported' });
export type ChatReportedView = z.infer<typeof chatReportedView>;

export const reportStatus = z.enum(['open', 'resolved', 'dismissed']);
export const reportKind = z.enum(['message', 'user', 'chat']);

export const reportView = reported
  .extend({
    kind: reportKind.describe('What it is about.'),
    messageId: id.nullable(),
    chatId: id.nullable().describe('The chat, or that of the message; null: it is about a user.'),
    chatExternalId: ownIdOf('the chat'),
    userId: id
      .nullable()
      .describe(
        'The user, or the sender of the message; null: it is about a chat, or a message of the application.',
      ),
    userExternalId: ownIdOf('the user'),
    reporterId: id,
    reporterExternalId: ownIdOf('the reporter'),
    status: reportStatus,
    updatedAt: timestamp.describe('When the status, the note or `handledBy` was last set.'),
    note: z.string().nullable().describe('Of the application.'),
    handledBy: z.string().nullable().describe('Who of the application’s people has worked it off.'),
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
      .nullable()
      .describe('The message as it was when it was reported; null: it is about no message.'),
    user: userView
      .pick({ name: true, avatarUrl: true, metadata: true })
      .nullable()
      .describe('What the user showed others when they were reported; null: it is about no user.'),
    chat: chatView
      .pick({ type: true, title: true, avatarUrl: true, metadata: true, visibility: true, memberCount: true })
      .nullable()
      .describe('The chat as it was when it was reported; null: it is about no chat.'),
  })
  .meta({ id: 'Report' });
export type ReportView = z.infer<typeof reportView>;
