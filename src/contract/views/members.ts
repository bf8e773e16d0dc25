import { z } from 'zod';
import { count, id, ownIdFor, timestamp, unchanged } from './fields.js';

export const memberView = z
  .object({
    userId: id,
    role: z.enum(['owner', 'admin', 'member']).describe('A group has exactly one owner.'),
    silencedUntil: timestamp
      .nullable()
      .describe(
        'Until then the member can neither send, edit nor react, because an admin has muted them. It may be past: then it says nothing.',
      ),
    readSeq: count.describe('The member has seen everything up to this seq.'),
    deliveredSeq: count.describe('Everything up to this seq was delivered to the member.'),
    joinedAt: timestamp,
    name: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    externalId: z
      .string()
      .nullable()
      .describe('The id of the member in your application: for the application, and of yourself. Else null.'),
  })
  .meta({ id: 'Member' });
export type MemberView = z.infer<typeof memberView>;

/** What an event of a chat's members carries. */
const membersChange = z.object({
  chatId: id,
  version: count,
  changed: unchanged.optional(),
  membersVersion: count,
  memberCount: count,
  by: id.nullable().describe('The user who did it; null: the application.'),
});

export const membersAddedView = membersChange
  .extend({
    userIds: z.array(id).describe('The users who were not members before.'),
    joinedAt: timestamp,
    silenced: z
      .array(memberView.pick({ userId: true, silencedUntil: true }))
      .optional()
      .describe('Those of them who were muted when they left, and still are. Left out if there are none.'),
  })
  .meta({ id: 'MembersAdded' });
export type MembersAddedView = z.infer<typeof membersAddedView>;

/** What members hear who were in the group before. */
export const membersJoinedView = membersAddedView
  .extend({
    users: z
      .array(memberView.pick({ userId: true, name: true, avatarUrl: true }))
      .optional()
      .describe('What the first 100 of them are called. Not in the answer to addMembers.'),
  })
  .meta({ id: 'MembersJoined' });
export type MembersJoinedView = z.infer<typeof membersJoinedView>;

/** The answer to addMembers: what the other members receive, and whom only the one who adds is told of. */
export const addedMembersView = membersAddedView
  .extend({
    invited: z
      .array(id)
      .optional()
      .describe('Users who were invited instead of added: they decide. Left out if there are none.'),
  })
  .meta({ id: 'AddedMembers' });
export type AddedMembersView = z.infer<typeof addedMembersView>;

export const memberRemovedView = membersChange
  .extend({
    userId: id.describe(
      'The user who is no longer a member. If `by` is the same user, they left by themselves.',
    ),
    banned: z
      .literal(true)
      .optional()
      .describe('They are banned: they can come back only after unbanMember. Else left out.'),
  })
  .meta({ id: 'MemberRemoved' });
export type MemberRemovedView = z.infer<typeof memberRemovedView>;

export const memberUpdatedView = membersChange
  .extend({
    userId: id,
    role: memberView.shape.role,
    silencedUntil: memberView.shape.silencedUntil,
  })
  .meta({ id: 'MemberUpdated' });
export type MemberUpdatedView = z.infer<typeof memberUpdatedView>;

export const membersPage = z
  .object({
    chatId: id,
    members: z.array(memberView).describe('Sorted by userId.'),
    more: z.boolean(),
    membersVersion: count.describe('If it changes between two pages, begin again.'),
  })
  .meta({ id: 'MembersPage' });
export type MembersPage = z.infer<typeof membersPage>;

export const bannedUserView = z
  .object({
    userId: id,
    externalId: ownIdFor('the user'),
    name: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    bannedAt: timestamp,
    bannedBy: id.nullable().describe('Who banned them; null: the application, or somebody who is gone.'),
    reason: z.string().nullable().describe('For the admins; the banned user does not learn it.'),
  })
  .meta({ id: 'BannedUser' });
export type BannedUserView = z.infer<typeof bannedUserView>;

export const bannedPage = z
  .object({
    chatId: id,
    banned: z.array(bannedUserView).describe('Sorted by userId.'),
    more: z.boolean(),
  })
  .meta({ id: 'BannedPage' });
export type BannedPage = z.infer<typeof bannedPage>;

export const banLiftedView = z
  .object({ chatId: id, userId: id, changed: unchanged.optional() })
  .meta({ id: 'BanLifted' });
export type BanLiftedView = z.infer<typeof banLiftedView>;
