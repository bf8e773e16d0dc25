import { z } from 'zod';
import { count, id, timestamp } from './fields.js';

/** A group as somebody sees it who is invited to it. */
export const invitationView = z
  .object({
    chatId: id,
    title: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    memberCount: count,
    invitedBy: id.describe('The user who invited you.'),
    inviter: z
      .object({ userId: id, name: z.string().nullable(), avatarUrl: z.string().nullable() })
      .nullable()
      .describe('What that user is called; null when you do not find them (DIRECTORY).'),
    invitedAt: timestamp,
  })
  .meta({ id: 'Invitation' });
export type InvitationView = z.infer<typeof invitationView>;

export const invitationEndedView = z
  .object({
    chatId: id,
    reason: z
      .enum(['declined', 'revoked'])
      .describe(
        '`revoked`: by an admin, because the group was deleted, or because there were too many newer invitations.',
      ),
  })
  .meta({ id: 'InvitationEnded' });
export type InvitationEndedView = z.infer<typeof invitationEndedView>;

export const groupAdds = z.enum(['everybody', 'contacts', 'invited']);
export type GroupAdds = z.infer<typeof groupAdds>;

export const groupAddsView = z
  .object({
    userId: id,
    groupAdds: groupAdds.nullable().describe('null: the GROUP_ADDS of the server applies.'),
  })
  .meta({ id: 'GroupAdds' });
export type GroupAddsView = z.infer<typeof groupAddsView>;
