import { z } from 'zod';
import { define, onMessage, repeatable } from '../define.js';
import { filledText, id, pageSize } from '../scalars.js';
import { messageReportedView, reportStatus, reportView } from '../views/index.js';

export const reportsCommands = {
  reportMessage: define({
    summary:
      'Reports a message to the application. The message is stored as it is now; one that its sender has deleted for everyone as it was, for a day after that (KEEP_DELETED_SECONDS), if you were a member then. One report per user and message: a second one returns the first.',
    input: onMessage.extend({ reason: filledText(1_000).optional(), ...repeatable }),
    result: messageReportedView,
    order: 'write',
    who: 'person',
    needs: 'message.report',
    actor: ['userId'],
    reply: 'messageReported',
    socket: true,
    rest: { method: 'POST', path: '/messages/:messageId/reports', status: 201 },
  }),
  getReports: define({
    summary:
      'The reports, sorted by id, in pages. A page may have fewer reports than `limit`, because it ends at 1 MiB: only an empty page is the end. For the application only.',
    input: z.object({ status: reportStatus.optional(), after: id.optional(), limit: pageSize(100, 50) }),
    result: z.array(reportView),
    order: 'read',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/reports', status: 200 },
  }),
  updateReport: define({
    summary: 'Sets the status of a report. For the application only.',
    input: z.object({ reportId: id, status: reportStatus, ...repeatable }),
    result: reportView,
    order: 'write',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'PATCH', path: '/reports/:reportId', status: 200 },
  }),
} as const;
