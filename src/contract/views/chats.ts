import { z } from 'zod';
import { count, id, json, timestamp } from './fields.js';
import { addedMembersView, memberView } from './members.js';
import { messageView } from './messages.js';
import { userView } from './users.js';

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
    otherReadSeq: count
      .nullable()
      .describe('Direct chats: the other user has seen everything up to this seq.'),
    otherDeliveredSeq: count
      .nullable()
      .describe('Direct chats: everything up to this seq was delivered to the other user.'),
    blockedByMe: z.boolean().describe('Direct chats: whether you block the other user.'),
    canSend: z
      .boolean()
      .describe(
        'Whether sendMessage is allowed here: in a direct chat not while one of the two blocks the other.',
      ),
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

/** The answer to createGroup. */
export const createdGroupView = chatView
  .extend({ invited: addedMembersView.shape.invited })
  .meta({ id: 'CreatedGroup' });
export type CreatedGroupView = z.infer<typeof createdGroupView>;

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
