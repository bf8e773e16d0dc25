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
    lastSeenAt: timestamp.nullable().describe('When the user was last online; null while never seen.'),
  })
  .meta({ id: 'Presence' });
export type PresenceView = z.infer<typeof presenceView>;

export const visibilityView = z
  .object({ userId: id, visible: z.boolean().describe('Whether others see when this person is online.') })
  .meta({ id: 'Visibility' });
export type VisibilityView = z.infer<typeof visibilityView>;

export const typingView = z
  .object({
    chatId: id,
    userId: id,
    typing: z.boolean(),
    expiresInMs: count.describe(
      'When nothing more is heard for so many milliseconds they have stopped; 0 when they have.',
    ),
  })
  .meta({ id: 'Typing' });
export type TypingView = z.infer<typeof typingView>;

export const userView = z
  .object({
    id,
    externalId: z.string().nullable().describe('Your own id of this person.'),
    name: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    metadata: json,
    lastSeenAt: timestamp.nullable(),
    createdAt: timestamp,
  })
  .meta({ id: 'User' });
export type UserView = z.infer<typeof userView>;

export const accountView = userView
  .extend({ username: z.string().nullable().describe('What they log in by; null without a password.') })
  .meta({ id: 'Account' });
export type AccountView = z.infer<typeof accountView>;

const accessToken = z.string().describe('For `Authorization: Bearer …` and, on sockets, `auth.token`.');

export const sessionView = z
  .object({
    user: accountView,
    accessToken,
    expiresAt: timestamp.describe('Until when the access token is good.'),
    refreshToken: z.string().describe('Good once, for `POST /auth/refresh`.'),
    refreshExpiresAt: timestamp,
  })
  .meta({ id: 'Session' });
export type SessionView = z.infer<typeof sessionView>;

export const mintedTokenView = z
  .object({ userId: id, accessToken, expiresAt: timestamp })
  .meta({ id: 'MintedToken' });
export type MintedTokenView = z.infer<typeof mintedTokenView>;

export const tokenLifeView = z
  .object({ userId: id, expiresAt: timestamp.describe('When the socket will be closed.') })
  .meta({ id: 'TokenLife' });
export type TokenLifeView = z.infer<typeof tokenLifeView>;

export const reactionView = z
  .object({
    emoji: z.string(),
    count,
    userIds: z.array(id).describe('Who reacted so, the first 20.'),
  })
  .meta({ id: 'Reaction' });
export type ReactionView = z.infer<typeof reactionView>;

export const messageView = z
  .object({
    id,
    chatId: id,
    seq: count.describe('Position in the chat: 1, 2, 3 … without gaps, in commit order.'),
    version: count.describe('The version of the chat at which this message last changed.'),
    type: z
      .enum(['text', 'system'])
      .describe('`system`: written by the server about a change of the chat, or sent by the application.'),
    senderId: id.nullable().describe('Of a system message: who did it. null: the application itself.'),
    receiverId: id.nullable().describe('The other person of a direct chat; null in groups.'),
    content: z.string(),
    seen: z.boolean().describe('Whether somebody other than the sender has seen it.'),
    clientId: z.string().nullable(),
    replyToId: id.nullable(),
    metadata: json
      .nullable()
      .describe(
        "Of a system message of the server: `event` and its ids; of one of the application, the application's own. `mentions`: the people it mentions.",
      ),
    reactions: z.array(reactionView),
    createdAt: timestamp,
    editedAt: timestamp.nullable(),
    deletedAt: timestamp
      .nullable()
      .describe('When it was deleted for everyone: content is empty then, metadata null.'),
  })
  .meta({ id: 'Message' });
export type MessageView = z.infer<typeof messageView>;

export const chatView = z
  .object({
    id,
    chatId: id.describe('The same as `id`: every event of a chat carries it.'),
    type: z.enum(['direct', 'group']),
    user1Id: id.nullable().describe('Direct chats: one of the two people.'),
    user2Id: id.nullable().describe('Direct chats: the other one.'),
    title: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    metadata: json,
    historyVisible: z.enum(['all', 'fromJoin']).describe('What those who join see of what was before.'),
    memberCount: count,
    membersVersion: count.describe(
      'Counts changes of who is in and of roles, in a direct chat also of blocks: when it is another, ask getMembers.',
    ),
    lastSeq: count.describe('How many messages the chat has had; the seq of the newest.'),
    version: count.describe('How many changes the chat has had.'),
    lastActivityAt: timestamp,
    createdAt: timestamp,
  })
  .meta({ id: 'Chat' });
export type ChatView = z.infer<typeof chatView>;

export const memberView = z
  .object({
    userId: id,
    role: z.enum(['owner', 'admin', 'member']).describe('A group has one owner.'),
    readSeq: count.describe('Has seen everything up to this seq.'),
    deliveredSeq: count.describe('Has received everything up to this seq.'),
    joinedAt: timestamp,
  })
  .meta({ id: 'Member' });
export type MemberView = z.infer<typeof memberView>;

/** A chat as one of its members sees it in the chat list. */
export const chatListItem = chatView
  .extend({
    unread: count.describe('Messages of others after what this member has seen.'),
    unreadMentions: count.describe('Those of them that mention this member.'),
    mutedUntil: timestamp.nullable(),
    archivedAt: timestamp.nullable(),
    pinnedAt: timestamp.nullable(),
    readSeq: count,
    role: memberView.shape.role,
    lastMessage: messageView.nullable(),
    otherUser: userView
      .extend({ online: z.boolean() })
      .nullable()
      .describe('Direct chats: the other person.'),
    cursor: z.string().describe('Pass it as `before` to get the page after this chat.'),
  })
  .meta({ id: 'ChatListItem' });
export type ChatListItem = z.infer<typeof chatListItem>;

export const chatDetails = chatView
  .extend({
    lastMessage: messageView.nullable(),
    members: z.array(memberView).describe('At most 100, those who joined first. More by getMembers.'),
  })
  .meta({ id: 'ChatDetails' });
export type ChatDetails = z.infer<typeof chatDetails>;

export const chatDeletedView = z.object({ chatId: id, version: count }).meta({ id: 'ChatDeleted' });
export type ChatDeletedView = z.infer<typeof chatDeletedView>;

export const messageSeenView = z
  .object({
    messageId: id.nullable().describe('The message at the watermark; null when the chat has none.'),
    seen: z.literal(true),
    chatId: id,
    userId: id.describe('Who has seen it.'),
    seq: count.describe('Everything up to this seq is seen by that user.'),
    version: count,
  })
  .meta({ id: 'MessageSeen' });
export type MessageSeenView = z.infer<typeof messageSeenView>;

export const messageDeliveredView = messageSeenView
  .omit({ seen: true })
  .extend({
    delivered: z.literal(true),
    userId: id.describe('Who has received it.'),
    seq: count.describe('Everything up to this seq has reached that user.'),
  })
  .meta({ id: 'MessageDelivered' });
export type MessageDeliveredView = z.infer<typeof messageDeliveredView>;

export const unreadCountView = z
  .object({
    chatId: id,
    unread: count.describe('Unread messages of the chat.'),
    total: count.describe('Unread messages of all chats.'),
    unreadMentions: count.describe('Unread messages of the chat that mention the reader.'),
  })
  .meta({ id: 'UnreadCount' });
export type UnreadCountView = z.infer<typeof unreadCountView>;

export const messageReceiptsView = z
  .object({
    messageId: id,
    chatId: id,
    seenBy: z.array(id).describe('Members other than the sender who have seen it; at most 1,000.'),
    deliveredTo: z.array(id).describe('Members other than the sender whom it has reached; at most 1,000.'),
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
  .object({ content: z.string(), at: timestamp.describe('Until when the message read so.') })
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
    readSeq: count.describe('Has seen everything up to this seq.'),
    deliveredSeq: count.describe('Has received everything up to this seq.'),
    unread: count
      .optional()
      .describe(
        'Your own only: unread messages of the chat. It falls by reading, and rises by markAsUnread.',
      ),
    unreadMentions: count.optional().describe('Your own only: those of them that mention you.'),
  })
  .meta({ id: 'Watermark' });
export type WatermarkView = z.infer<typeof watermarkView>;

/** What an event of a chat's members carries. */
const membersChange = z.object({
  chatId: id,
  version: count,
  membersVersion: count,
  memberCount: count,
  by: id.nullable().describe('Who did it; null: the application itself.'),
});

export const membersAddedView = membersChange
  .extend({ userIds: z.array(id).describe('Those who were no members before.'), joinedAt: timestamp })
  .meta({ id: 'MembersAdded' });
export type MembersAddedView = z.infer<typeof membersAddedView>;

export const memberRemovedView = membersChange
  .extend({ userId: id.describe('Who is no member any more; they left if `by` is the same.') })
  .meta({ id: 'MemberRemoved' });
export type MemberRemovedView = z.infer<typeof memberRemovedView>;

export const memberUpdatedView = membersChange
  .extend({ userId: id, role: memberView.shape.role })
  .meta({ id: 'MemberUpdated' });
export type MemberUpdatedView = z.infer<typeof memberUpdatedView>;

export const membersPage = z
  .object({
    chatId: id,
    members: z.array(memberView).describe('By userId.'),
    more: z.boolean(),
    membersVersion: count.describe('When it changes between two pages, begin again.'),
  })
  .meta({ id: 'MembersPage' });
export type MembersPage = z.infer<typeof membersPage>;

/** What somebody has set for a chat of theirs, seen by themselves only. */
export const membershipView = z
  .object({
    chatId: id,
    version: count.describe('The version that the chat has; settings take none.'),
    mutedUntil: timestamp.nullable(),
    archivedAt: timestamp.nullable(),
    pinnedAt: timestamp.nullable(),
  })
  .meta({ id: 'Membership' });
export type MembershipView = z.infer<typeof membershipView>;

export const messagesPage = z
  .object({
    chatId: id,
    messages: z.array(messageView).describe('By seq, oldest first.'),
    more: z.boolean().describe('Whether there is more in the direction that was asked for.'),
  })
  .meta({ id: 'MessagesPage' });
export type MessagesPage = z.infer<typeof messagesPage>;

export const syncedChat = z
  .object({
    chat: chatListItem,
    messages: z.array(messageView).describe('Changed after the version that the client has, by version.'),
    upTo: count.describe('The client is whole up to this version of the chat.'),
    reset: z
      .boolean()
      .describe('Forget what you have of this chat: `messages` is its newest page, by version.'),
    more: z.boolean().describe('Call again with `upTo` to go on.'),
  })
  .meta({ id: 'SyncedChat' });
export type SyncedChat = z.infer<typeof syncedChat>;

export const syncedView = z
  .object({
    chats: z.array(syncedChat),
    gone: z.array(id).describe('Chats that were named and may not be seen any more.'),
    more: z.boolean().describe('Call again: there are more chats or messages.'),
    watermarks: z
      .array(watermarkView)
      .describe('Of the members of your chats, moved since `since`; your own with what is unread.'),
    hidden: z
      .array(z.object({ chatId: id, messageId: id }))
      .describe('Messages that you deleted for yourself since `since`.'),
    memberships: z.array(membershipView).describe('Your settings of chats, changed since `since`.'),
    at: timestamp.describe('Pass it as `since` the next time.'),
  })
  .meta({ id: 'Synced' });
export type SyncedView = z.infer<typeof syncedView>;

export const blockView = z
  .object({
    userId: id.describe('Whom you block, or do not.'),
    blocked: z.boolean(),
    blockedAt: timestamp.nullable().describe('Since when; null when not blocked.'),
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
        edits: z.array(messageEditView).describe('What it had said before, oldest first; the last 20.'),
      })
      .describe('The message as it was when it was reported.'),
  })
  .meta({ id: 'Report' });
export type ReportView = z.infer<typeof reportView>;
