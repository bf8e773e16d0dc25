import { z } from 'zod';
import { accountView, loginView, userSessionView } from './auth.js';
import { chatView } from './chats.js';
import { deactivationView } from './deactivation.js';
import { count, id, timestamp } from './fields.js';
import { bannedUserView, memberView } from './members.js';
import { messageEditView, messageView } from './messages.js';
import { notificationKind, notifyLevel, preferencesView } from './notifications.js';
import { pushTargetView } from './push.js';
import { reportView } from './reports.js';

/** A line of an export: what it is, and its data. */
const line = <T extends string, D extends z.ZodType>(type: T, data: D) =>
  z.object({ type: z.literal(type), data });

const exportHeader = z
  .object({
    format: z.literal(1).describe('Rises when the form of lines changes in a way that readers notice.'),
    of: z.enum(['user', 'chat']),
    id,
    at: timestamp.describe('When it began. Messages that were sent later are not in it.'),
  })
  .meta({ id: 'ExportHeader' });

const exportEnd = z
  .object({
    lines: count.describe('Lines before this one.'),
    counts: z
      .record(z.string(), count)
      .describe('Lines before this one by `type`; types without one are left out.'),
  })
  .meta({ id: 'ExportEnd' });

const exportedMessage = messageView
  .omit({ receiverId: true, seen: true, replyTo: true, reactions: true })
  .meta({ id: 'ExportedMessage' });
export type ExportedMessage = z.infer<typeof exportedMessage>;

const exportedEdit = messageEditView.extend({ messageId: id }).meta({ id: 'ExportedEdit' });

const exportedReaction = z
  .object({ messageId: id, userId: id, emoji: z.string(), createdAt: timestamp })
  .meta({ id: 'ExportedReaction' });

const exportedUser = accountView
  .extend({
    visible: z.boolean().describe('As getVisibility has it.'),
    groupAdds: z.enum(['everybody', 'contacts', 'invited']).nullable().describe('As getGroupAdds has it.'),
    erasedAt: timestamp.nullable(),
    deactivation: deactivationView
      .omit({ userId: true, externalId: true, deactivated: true })
      .nullable()
      .describe('null: they are not deactivated.'),
  })
  .meta({ id: 'ExportedUser' });

const exportedMembership = memberView
  .omit({ userId: true, name: true, avatarUrl: true, externalId: true })
  .extend({
    chat: chatView,
    mutedUntil: timestamp.nullable(),
    archivedAt: timestamp.nullable(),
    pinnedAt: timestamp.nullable(),
    notify: notifyLevel.nullable(),
  })
  .meta({ id: 'ExportedMembership' });

const exportedNotification = z
  .object({
    id,
    kind: notificationKind,
    chatId: id,
    messageId: id.nullable(),
    actorId: id.nullable(),
    at: timestamp,
    seenAt: timestamp.nullable(),
  })
  .meta({ id: 'ExportedNotification' });

const exportedInvitation = z.object({ chatId: id, createdAt: timestamp }).meta({ id: 'ExportedInvitation' });

const exportedBlock = z.object({ userId: id, blockedAt: timestamp }).meta({ id: 'ExportedBlock' });

const exportedReport = reportView
  .pick({
    reportId: true,
    kind: true,
    messageId: true,
    chatId: true,
    userId: true,
    reason: true,
    createdAt: true,
  })
  .meta({ id: 'ExportedReport' });

const exportedPushTarget = pushTargetView.omit({ userId: true }).meta({ id: 'ExportedPushTarget' });

const exportedHidden = z
  .object({ messageId: id, chatId: id, at: timestamp })
  .meta({ id: 'ExportedHiddenMessage' });

const header = line('header', exportHeader).describe('The first line.');

const end = line('end', exportEnd).describe('The last line. Without it the export is not whole.');

const ofMessages = [
  line('message', exportedMessage).describe(
    'Its earlier versions and its reactions follow as lines of their own.',
  ),
  line('edit', exportedEdit).describe('What the message said until then, oldest first.'),
  line('reaction', exportedReaction),
] as const;

/** A line of the export of a user. */
export const userExportLine = z
  .union([
    header,
    line('user', exportedUser),
    line('login', loginView).describe('The latest ones, and attempts that failed.'),
    line('session', userSessionView),
    line('pushTarget', exportedPushTarget).describe('A device that gets pushes, without its token.'),
    line('membership', exportedMembership).describe('A chat that they are a member of.'),
    line('preferences', preferencesView).describe('Left out where nothing was set.'),
    line('notification', exportedNotification).describe('What is in their inbox.'),
    line('invitation', exportedInvitation).describe('A group that they are invited to.'),
    line('block', exportedBlock).describe('Whom they block.'),
    line('report', exportedReport).describe('What they have reported.'),
    line('hidden', exportedHidden).describe('A message that they have deleted for themselves.'),
    ...ofMessages,
    end,
  ])
  .meta({ id: 'UserExportLine', type: 'object' });
export type UserExportLine = z.infer<typeof userExportLine>;

/** A line of the export of a chat. */
export const chatExportLine = z
  .union([
    header,
    line('chat', chatView),
    line('member', memberView).describe('With what they have received and seen.'),
    line('ban', bannedUserView),
    ...ofMessages,
    end,
  ])
  .meta({ id: 'ChatExportLine', type: 'object' });
export type ChatExportLine = z.infer<typeof chatExportLine>;

export type ExportLine = UserExportLine | ChatExportLine;
