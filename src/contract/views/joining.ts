import { z } from 'zod';
import { count, id, ownIdFor, timestamp, unchanged } from './fields.js';

/** A group as somebody sees it who is not a member, and may join it. */
const openGroup = z.object({
  chatId: id,
  externalId: ownIdFor('the group', 'members and the application'),
  title: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  memberCount: count,
  isMember: z.boolean().describe('Whether you are a member. false for the application.'),
});

export const publicChatView = openGroup.meta({ id: 'PublicChat' });
export type PublicChatView = z.infer<typeof publicChatView>;

export const publicChatsPage = z
  .object({
    chats: z.array(publicChatView).describe('The newest first.'),
    more: z.boolean().describe('Whether there are others: pass the last `chatId` as `before`.'),
  })
  .meta({ id: 'PublicChats' });
export type PublicChatsPage = z.infer<typeof publicChatsPage>;

export const inviteView = z
  .object({
    inviteId: id,
    chatId: id,
    createdBy: id
      .nullable()
      .describe('The user who made it; null: the application, or somebody who is gone.'),
    createdAt: timestamp,
    expiresAt: timestamp.nullable().describe('null: never.'),
    maxUses: count.nullable().describe('null: any number.'),
    uses: count.describe('How many have joined by it.'),
  })
  .meta({ id: 'Invite' });
export type InviteView = z.infer<typeof inviteView>;

export const createdInviteView = inviteView
  .extend({
    code: z
      .string()
      .describe(
        '24 characters that lead into the group, for your link. Only shown here: the server keeps a hash.',
      ),
  })
  .meta({ id: 'CreatedInvite' });
export type CreatedInviteView = z.infer<typeof createdInviteView>;

export const invitedGroupView = openGroup
  .extend({ expiresAt: timestamp.nullable().describe('When the invitation ends; null: never.') })
  .meta({ id: 'InvitedGroup' });
export type InvitedGroupView = z.infer<typeof invitedGroupView>;

export const inviteRevokedView = z
  .object({ chatId: id, inviteId: id, changed: unchanged.optional() })
  .meta({ id: 'InviteRevoked' });
export type InviteRevokedView = z.infer<typeof inviteRevokedView>;
