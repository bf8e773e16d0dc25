import { z } from 'zod';

/** What REST returns and sockets emit. Fields are only ever added. */

const id = z.number().int().positive();
const count = z.number().int().nonnegative();
const timestamp = z.iso.datetime();
const json = z.record(z.string(), z.unknown());

export const presenceView = z
  .object({
    userId: id,
    online: z.boolean(),
    lastSeenAt: timestamp.nullable().describe('When the user was last online; null if never.'),
  })
  .meta({ id: 'Presence' });
export type PresenceView = z.infer<typeof presenceView>;

export const visibilityView = z
  .object({ userId: id, visible: z.boolean().describe('Whether others see that this user is online.') })
  .meta({ id: 'Visibility' });
export type VisibilityView = z.infer<typeof visibilityView>;

export const typingView = z
  .object({
    chatId: id,
    userId: id,
    typing: z.boolean(),
    expiresInMs: count.describe(
      'If no further event arrives within this time (milliseconds), the member has stopped typing. 0: has stopped now.',
    ),
  })
  .meta({ id: 'Typing' });
export type TypingView = z.infer<typeof typingView>;

export const userView = z
  .object({
    id,
    externalId: z.string().nullable().describe('The id of this user in your own application.'),
    name: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    metadata: json,
    lastSeenAt: timestamp.nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'User' });
export type UserView = z.infer<typeof userView>;

export const accountView = userView
  .extend({
    username: z.string().nullable().describe('The name to log in with; null for a user without a password.'),
  })
  .meta({ id: 'Account' });
export type AccountView = z.infer<typeof accountView>;

const accessToken = z.string().describe('Send it as `Authorization: Bearer …`, on sockets as `auth.token`.');

export const sessionView = z
  .object({
    user: accountView,
    accessToken,
    expiresAt: timestamp.describe('When the access token expires.'),
    refreshToken: z.string().describe('For `POST /auth/refresh`; can be used once.'),
    refreshExpiresAt: timestamp,
  })
  .meta({ id: 'Session' });
export type SessionView = z.infer<typeof sessionView>;

export const loginView = z
  .object({
    at: timestamp,
    ok: z.boolean().describe('false: the password was wrong.'),
    network: z
      .string()
      .describe('Where it came from: of an IPv4 address its /24, of an IPv6 address its /64.'),
    userAgent: z.string().nullable().describe('What the client called itself, at most 200 characters.'),
  })
  .meta({ id: 'Login' });
export type LoginView = z.infer<typeof loginView>;

export const mintedTokenView = z
  .object({ userId: id, accessToken, expiresAt: timestamp })
  .meta({ id: 'MintedToken' });
export type MintedTokenView = z.infer<typeof mintedTokenView>;

export const tokenLifeView = z
  .object({ userId: id, expiresAt: timestamp.describe('When the token expires and the socket is closed.') })
  .meta({ id: 'TokenLife' });
export type TokenLifeView = z.infer<typeof tokenLifeView>;

export const reactionView = z
  .object({
    emoji: z.string(),
    count,
    userIds: z.array(id).describe('The first 20 users with this reaction.'),
  })
  .meta({ id: 'Reaction' });
export type ReactionView = z.infer<typeof reactionView>;

export const messageView = z
  .object({
    id,
    chatId: id,
    seq: count.describe('Position in the chat: 1, 2, 3 … without gaps, in the order of the commits.'),
    version: count.describe('The version of the chat at which this message last changed.'),
    type: z
      .enum(['text', 'system'])
      .describe('`system`: written by the server about a change of the chat, or sent by the application.'),
    senderId: id
      .nullable()
      .describe('Of a system message: the user who made the change; null: the application.'),
    receiverId: id.nullable().describe('The other user of a direct chat; null in groups.'),
    content: z.string(),
    seen: z.boolean().describe('Whether anybody other than the sender has seen it.'),
    clientId: z.string().nullable(),
    replyToId: id.nullable(),
    metadata: json
      .nullable()
      .describe(
        'Data of your application; `mentions` are the users whom the message mentions. In a system message of the server: `event` and the ids concerned.',
      ),
    reactions: z.array(reactionView),
    createdAt: timestamp,
    editedAt: timestamp.nullable(),
    deletedAt: timestamp
      .nullable()
      .describe('When it was deleted for everyone. Content is then empty and metadata null.'),
  })
  .meta({ id: 'Message' });
export type MessageView = z.infer<typeof messageView>;

export const chatView = z
  .object({
    id,
    chatId: id.describe('The same as `id`; every event of a chat has this field.'),
    type: z.enum(['direct', 'group']),
    user1Id: id.nullable().describe('Direct chats: one of the two users.'),
    user2Id: id.nullable().describe('Direct chats: the other user.'),
    title: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    metadata: json,
    historyVisible: z
      .enum(['all', 'fromJoin'])
      .describe(
        'Whether members who join see earlier messages: `all` of them, or only those since they joined.',
      ),
    memberCount: count,
    membersVersion: count.describe(
      'Counts changes of members and roles, in a direct chat also of blocks. If it differs from the one you know, call getMembers.',
    ),
    lastSeq: count.describe('Number of messages sent so far, which is the seq of the newest.'),
    version: count.describe('Number of changes of the chat so far.'),
    lastActivityAt: timestamp,
    createdAt: timestamp,
  })
  .meta({ id: 'Chat' });
export type ChatView = z.infer<typeof chatView>;

export const memberView = z
  .object({
    userId: id,
    role: z.enum(['owner', 'admin', 'member']).describe('A group has exactly one owner.'),
    readSeq: count.describe('The member has seen everything up to this seq.'),
    deliveredSeq: count.describe('Everything up to this seq was delivered to the member.'),
    joinedAt: timestamp,
  })
  .meta({ id: 'Member' });
export type MemberView = z.infer<typeof memberView>;

/** A chat as one of its members sees it in the chat list. */
export const chatListItem = chatView
  .extend({
    unread: count.describe('Number of messages of others that this member has not seen.'),
    unreadMentions: count.describe('How many of them mention this member.'),
    mutedUntil: timestamp.nullable(),
    archivedAt: timestamp.nullable(),
    pinnedAt: timestamp.nullable(),
    readSeq: count,
    role: memberView.shape.role,
    lastMessage: messageView.nullable(),
    otherUser: userView.extend({ online: z.boolean() }).nullable().describe('Direct chats: the other user.'),
    cursor: z.string().describe('Pass it as `before` to get the chats after this one.'),
  })
  .meta({ id: 'ChatListItem' });
export type ChatListItem = z.infer<typeof chatListItem>;

export const chatDetails = chatView
  .extend({
    lastMessage: messageView.nullable(),
    members: z.array(memberView).describe('The 100 members who joined first. All of them: getMembers.'),
  })
  .meta({ id: 'ChatDetails' });
export type ChatDetails = z.infer<typeof chatDetails>;

export const chatDeletedView = z.object({ chatId: id, version: count }).meta({ id: 'ChatDeleted' });
export type ChatDeletedView = z.infer<typeof chatDeletedView>;

export const messageSeenView = z
  .object({
    messageId: id.nullable().describe('The message up to which it holds; null if the chat has none.'),
    seen: z.literal(true),
    chatId: id,
    userId: id.describe('The user who has seen it.'),
    seq: count.describe('The user has seen everything up to this seq.'),
    version: count,
  })
  .meta({ id: 'MessageSeen' });
export type MessageSeenView = z.infer<typeof messageSeenView>;

export const messageDeliveredView = messageSeenView
  .omit({ seen: true })
  .extend({
    delivered: z.literal(true),
    userId: id.describe('The user to whom it was delivered.'),
    seq: count.describe('Everything up to this seq was delivered to the user.'),
  })
  .meta({ id: 'MessageDelivered' });
export type MessageDeliveredView = z.infer<typeof messageDeliveredView>;

export const unreadCountView = z
  .object({
    chatId: id,
    unread: count.describe('Number of unread messages of the chat.'),
    total: count.describe('Number of unread messages of all chats.'),
    unreadMentions: count.describe('How many unread messages of the chat mention the reader.'),
  })
  .meta({ id: 'UnreadCount' });
export type UnreadCountView = z.infer<typeof unreadCountView>;

export const messageReceiptsView = z
  .object({
    messageId: id,
    chatId: id,
    seenBy: z.array(id).describe('Members who have seen it, without the sender; at most 1,000.'),
    deliveredTo: z.array(id).describe('Members to whom it was delivered, without the sender; at most 1,000.'),
  })
  .meta({ id: 'MessageReceipts' });
export type MessageReceiptsView = z.infer<typeof messageReceiptsView>;

export const messageDeletedView = z
  .object({
    messageId: id,
    chatId: id,
    seq: count,
    version: count,
    for: z.enum(['everyone', 'me']),
  })
  .meta({ id: 'MessageDeleted' });
export type MessageDeletedView = z.infer<typeof messageDeletedView>;

export const messageEditView = z
  .object({ content: z.string(), at: timestamp.describe('Until when the message had this content.') })
  .meta({ id: 'MessageEdit' });
export type MessageEditView = z.infer<typeof messageEditView>;

export const reactionsChangedView = z
  .object({ messageId: id, chatId: id, seq: count, version: count, reactions: z.array(reactionView) })
  .meta({ id: 'ReactionsChanged' });
export type ReactionsChangedView = z.infer<typeof reactionsChangedView>;

export const watermarkView = z
  .object({
    chatId: id,
    userId: id,
    readSeq: count.describe('The member has seen everything up to this seq.'),
    deliveredSeq: count.describe('Everything up to this seq was delivered to the member.'),
    unread: count
      .optional()
      .describe(
        'In your own entry only: number of unread messages of the chat. Reading lowers it, markAsUnread raises it.',
      ),
    unreadMentions: count.optional().describe('In your own entry only: how many of them mention you.'),
  })
  .meta({ id: 'Watermark' });
export type WatermarkView = z.infer<typeof watermarkView>;

/** What an event of a chat's members carries. */
const membersChange = z.object({
  chatId: id,
  version: count,
  membersVersion: count,
  memberCount: count,
  by: id.nullable().describe('The user who did it; null: the application.'),
});

export const membersAddedView = membersChange
  .extend({ userIds: z.array(id).describe('The users who were not members before.'), joinedAt: timestamp })
  .meta({ id: 'MembersAdded' });
export type MembersAddedView = z.infer<typeof membersAddedView>;

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

/** The answer to createGroup. */
export const createdGroupView = chatView
  .extend({ invited: addedMembersView.shape.invited })
  .meta({ id: 'CreatedGroup' });
export type CreatedGroupView = z.infer<typeof createdGroupView>;

/** A group as somebody sees it who is invited to it. */
export const invitationView = z
  .object({
    chatId: id,
    title: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    memberCount: count,
    invitedBy: id.describe('The user who invited you.'),
    invitedAt: timestamp,
  })
  .meta({ id: 'Invitation' });
export type InvitationView = z.infer<typeof invitationView>;

export const invitationEndedView = z
  .object({
    chatId: id,
    reason: z
      .enum(['declined', 'revoked'])
      .describe('`revoked`: by an admin, with the group, or because there are many newer ones.'),
  })
  .meta({ id: 'InvitationEnded' });
export type InvitationEndedView = z.infer<typeof invitationEndedView>;

export const groupAdds = z.enum(['everybody', 'contacts', 'invited']);
export type GroupAdds = z.infer<typeof groupAdds>;

export const groupAddsView = z
  .object({
    userId: id,
    groupAdds: groupAdds.nullable().describe('null: as the server is configured (GROUP_ADDS).'),
  })
  .meta({ id: 'GroupAdds' });
export type GroupAddsView = z.infer<typeof groupAddsView>;

export const memberRemovedView = membersChange
  .extend({
    userId: id.describe(
      'The user who is no longer a member. If `by` is the same user, they left by themselves.',
    ),
  })
  .meta({ id: 'MemberRemoved' });
export type MemberRemovedView = z.infer<typeof memberRemovedView>;

export const memberUpdatedView = membersChange
  .extend({ userId: id, role: memberView.shape.role })
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

/** What somebody has set for a chat of theirs, seen by themselves only. */
export const membershipView = z
  .object({
    chatId: id,
    version: count.describe('The present version of the chat; changing settings does not raise it.'),
    mutedUntil: timestamp.nullable(),
    archivedAt: timestamp.nullable(),
    pinnedAt: timestamp.nullable(),
  })
  .meta({ id: 'Membership' });
export type MembershipView = z.infer<typeof membershipView>;

export const messagesPage = z
  .object({
    chatId: id,
    messages: z.array(messageView).describe('Sorted by seq, oldest first.'),
    more: z.boolean().describe('Whether there are more messages in the requested direction.'),
  })
  .meta({ id: 'MessagesPage' });
export type MessagesPage = z.infer<typeof messagesPage>;

export const syncedChat = z
  .object({
    chat: chatListItem,
    messages: z
      .array(messageView)
      .describe('Messages that changed after the version of the client, sorted by version.'),
    upTo: count.describe('The version of the chat up to which the client is now complete.'),
    reset: z
      .boolean()
      .describe(
        'true: discard what you have of this chat. `messages` is its newest page, sorted by version.',
      ),
    more: z.boolean().describe('true: call sync again with `upTo` as the version.'),
  })
  .meta({ id: 'SyncedChat' });
export type SyncedChat = z.infer<typeof syncedChat>;

export const syncedView = z
  .object({
    chats: z.array(syncedChat),
    gone: z.array(id).describe('Chats in `versions` that were deleted or are no longer visible to you.'),
    more: z.boolean().describe('true: there are more chats or messages; call sync again.'),
    watermarks: z
      .array(watermarkView)
      .describe('Receipts of members of your chats that changed since `since`; your own with unread counts.'),
    hidden: z
      .array(z.object({ chatId: id, messageId: id }))
      .describe('Messages that you deleted for yourself since `since`.'),
    memberships: z
      .array(membershipView)
      .describe('Your chat settings (muted, archived, pinned) that changed since `since`.'),
    at: timestamp.describe('Pass it as `since` in the next call.'),
  })
  .meta({ id: 'Synced' });
export type SyncedView = z.infer<typeof syncedView>;

export const blockView = z
  .object({
    userId: id.describe('The user who is or is not blocked.'),
    blocked: z.boolean(),
    blockedAt: timestamp.nullable().describe('Since when; null if not blocked.'),
  })
  .meta({ id: 'Block' });
export type BlockView = z.infer<typeof blockView>;

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
        edits: z.array(messageEditView).describe('Its last 20 earlier versions, oldest first.'),
      })
      .describe('The message as it was when it was reported.'),
  })
  .meta({ id: 'Report' });
export type ReportView = z.infer<typeof reportView>;
