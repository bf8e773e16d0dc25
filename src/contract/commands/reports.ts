import { z } from 'zod';
import { define, inChat, onMessage, repeatable } from '../define.js';
import { filledText, id, pageSize, userId } from '../scalars.js';
import {
  chatReportedView,
  messageReportedView,
  reportKind,
  reportStatus,
  reportView,
  userReportedView,
} from '../views/index.js';

/** Why somebody reports something. */
const why = { reason: filledText(1_000).optional(), ...repeatable };

export const reportsCommands = {
  reportMessage: define({
    summary:
      'Reports a message to the application. The message is stored as it is now; one that its sender has deleted for everyone as it was, for a day after that (KEEP_DELETED_SECONDS), if you were a member then. One report per user and message: a second one returns the first.',
    input: onMessage.extend(why),
    result: messageReportedView,
    order: 'write',
    who: 'person',
    needs: 'message.report',
    actor: ['userId'],
    reply: 'messageReported',
    socket: true,
    rest: { method: 'POST', path: '/messages/:messageId/reports', status: 201 },
  }),
  reportUser: define({
    summary:
      'Reports a user to the application, with what they show of themselves now. NOT_FOUND for somebody whom you neither find (DIRECTORY) nor share a chat with. One report per reporter and user: a second one returns the first. The reported user does not learn of it.',
    input: z.object({ userId: userId.describe('The user to report.'), ...why }),
    result: userReportedView,
    order: 'write',
    who: 'person',
    actor: [],
    reply: 'userReported',
    socket: true,
    rest: { method: 'POST', path: '/users/:userId/reports', status: 201 },
  }),
  reportChat: define({
    summary:
      'Reports a chat to the application, as it is now: one that you are a member of or invited to, or a public group. Else NOT_FOUND. One report per user and chat: a second one returns the first. Nobody in the chat learns of it.',
    input: inChat.extend(why),
    result: chatReportedView,
    order: 'write',
    who: 'person',
    actor: ['userId'],
    reply: 'chatReported',
    socket: true,
    rest: { method: 'POST', path: '/chats/:chatId/reports', status: 201 },
  }),
  getReports: define({
    summary:
      'The reports of messages, users and chats, sorted by id, in pages: `after` is the last id of the page before, with `order: newest` `before` is. A page may have fewer reports than `limit`, because it ends at 256 KiB: only an empty page is the end. For the application only.',
    input: z.object({
      status: reportStatus.optional(),
      kind: reportKind.optional(),
      order: z.enum(['oldest', 'newest']).default('oldest').describe('Which come first.'),
      after: id.optional(),
      before: id.optional(),
      limit: pageSize(100, 50),
    }),
    result: z.array(reportView),
    order: 'read',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/reports', status: 200 },
  }),
  updateReport: define({
    summary:
      'Sets the status of a report, and a note about it. What is left out stays. It is noted in the audit log, without the note. For the application only.',
    input: z.object({
      reportId: id,
      status: reportStatus,
      note: filledText(1_000).nullable().optional().describe('For you: nobody else reads it.'),
      handledBy: filledText(200).nullable().optional().describe('Who of your people it was, in your words.'),
      ...repeatable,
    }),
    result: reportView,
    order: 'write',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'PATCH', path: '/reports/:reportId', status: 200 },
  }),
} as const;
