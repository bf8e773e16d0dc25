import { z } from 'zod';
import { count, id, json, timestamp, unchanged } from './fields.js';
import { addedMembersView, memberView } from './members.js';
import { messageView } from './messages.js';
import { notifyLevel } from './notifications.js';
import { userView } from './users.js';

export const chatView = z
  .object({
    id,
    chatId: id.describe('The same as `id`; every event of a chat has this field.'),
    type: z.enum(['direct', 'group']),
    externalId: z
      .string()
      .nullable()
      .describe('The id that the application has given it; all members see it. null: none.'),
    user1Id: id.nullable().describe('Direct chats: one of the two users.'),
    user2Id: id.nullable().describe('Direct chats: the other user; the same in a chat with oneself.'),
    title: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    metadata: json,
    historyVisible: z
      .enum(['all', 'fromJoin'])
      .describe(
        'Whether members who join see earlier messages: `all` of them, or only those since they joined.',
      ),
    visibility: z
      .enum(['private', 'public'])
      .describe(
        'Groups: `public` ones are found by everybody (getPublicChats), who can join them (joinChat).',
      ),
    sending: z
      .enum(['all', 'admins'])
      .describe('Groups: who may send and edit messages, all members or only the owner and admins.'),
    slowModeSeconds: z
      .number()
      .int()
      .describe(
        'Groups: seconds between two messages of a member; 0: no slow mode. The owner and admins are free.',
      ),
    addMembers: z
      .enum(['admins', 'members'])
      .describe('Groups: who may add members, only the owner and admins or all members.'),
    memberCount: count,
    membersVersion: count.describe(
      'Counts changes of members and roles, and in a direct chat of blocks. If it differs from that of your list of members, call getMembers.',
    ),
    lastSeq: count.describe('Number of messages sent so far, which is the seq of the newest.'),
    firstSeq: count.describe(
      'The chat begins with this seq: older messages were removed, because they are kept for a time only. Drop those that you have.',
    ),
    retentionDays: count
      .nullable()
      .describe('Days for which messages are kept here; null: as long as the server keeps them.'),
    version: count.describe('Number of changes of the chat so far.'),
    lastActivityAt: timestamp,
    createdAt: timestamp,
  })
  .meta({ id: 'Chat' });
export type ChatView = z.infer<typeof chatView>;

/** The answer to commands about a chat that may change nothing. */
export const answeredChatView = chatView
  .extend({ changed: unchanged.optional() })
  .meta({ id: 'AnsweredChat' });
export type AnsweredChatView = z.infer<typeof answeredChatView>;

/** A chat as one of its members sees it in the chat list. */
export const chatListItem = chatView
  .extend({
    unread: count.describe(
      'Number of messages of others that this member has not seen, without deleted messages and those of the server about changes of a group.',
    ),
    unreadMentions: count.describe('How many of them mention this member.'),
    mutedUntil: timestamp.nullable(),
    archivedAt: timestamp.nullable(),
    pinnedAt: timestamp.nullable(),
    notify: notifyLevel.nullable().describe('What you are told of this chat; null: as your preferences say.'),
    readSeq: count,
    unreadSeq: count.describe('Messages of others after this seq are unread.'),
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
        'Whether sendMessage is allowed here: in a direct chat not while one of the two blocks the other, or the other is deactivated, in a group not for members while `sending` is `admins`, and not while you are silenced. Slow mode does not count.',
      ),
    canReact: z.boolean().describe('Whether addReaction is allowed here: the same, without `sending`.'),
    canAddMembers: z.boolean().describe('Whether addMembers is allowed here.'),
    silencedUntil: timestamp
      .nullable()
      .describe('Groups: an admin has muted you until then. It may be past: then it says nothing.'),
    cursor: z.string().describe('Pass it as `before` to get the chats after this one.'),
  })
  .meta({ id: 'ChatListItem' });
export type ChatListItem = z.infer<typeof chatListItem>;

/** A chat that is new to somebody, as they see it in their list. In answers to commands these fields are left out. */
export const newChatView = chatView
  .extend(
    chatListItem
      .pick({
        unread: true,
        unreadMentions: true,
        mutedUntil: true,
        archivedAt: true,
        pinnedAt: true,
        notify: true,
        readSeq: true,
        unreadSeq: true,
        role: true,
        otherReadSeq: true,
        otherDeliveredSeq: true,
        blockedByMe: true,
        canSend: true,
        canReact: true,
        canAddMembers: true,
        silencedUntil: true,
        cursor: true,
      })
      .partial().shape,
  )
  .extend({
    otherUser: userView
      .nullable()
      .optional()
      .describe(
        'Direct chats: the other user, with `lastSeenAt` null. If they are online and you may see it, userStatus says so.',
      ),
  })
  .meta({ id: 'NewChat' });
export type NewChatView = z.infer<typeof newChatView>;

/** The answer to getChats with `page: true`. */
export const chatsPage = z
  .object({
    chats: z.array(chatListItem),
    more: z.boolean().describe('Whether there are chats after these: pass the last `cursor` as `before`.'),
  })
  .meta({ id: 'ChatsPage' });
export type ChatsPage = z.infer<typeof chatsPage>;

/** The answer to findChats. */
export const foundChats = z
  .object({
    chats: z.array(chatView),
    next: z
      .string()
      .nullable()
      .describe(
        'Pass it as `cursor` to get the chats after these; also when these are fewer than `limit`. null: no more.',
      ),
  })
  .meta({ id: 'FoundChats' });
export type FoundChats = z.infer<typeof foundChats>;

/** A chat by its id; a person also sees what they are in it and may do there. */
export const chatDetails = chatView
  .extend(
    chatListItem
      .pick({
        role: true,
        blockedByMe: true,
        canSend: true,
        canReact: true,
        canAddMembers: true,
        silencedUntil: true,
      })
      .partial().shape,
  )
  .extend({
    lastMessage: messageView.nullable(),
    members: z
      .array(memberView)
      .describe('The 100 members who joined first. For all of them call getMembers.'),
  })
  .meta({ id: 'ChatDetails' });
export type ChatDetails = z.infer<typeof chatDetails>;

export const chatDeletedView = z
  .object({
    chatId: id,
    version: count,
    changed: unchanged
      .optional()
      .describe('false: with DIRECT_DELETE=me it was deleted for you only, which is no change of the chat.'),
  })
  .meta({ id: 'ChatDeleted' });
export type ChatDeletedView = z.infer<typeof chatDeletedView>;

/** A chat that a user has cleared for themselves; only that user sees it. */
export const chatClearedView = z
  .object({
    chatId: id,
    seq: count.describe('Everything up to this seq is gone for you.'),
    version: count.describe('The current version of the chat; clearing does not raise it.'),
    changed: unchanged,
  })
  .meta({ id: 'ChatCleared' });
export type ChatClearedView = z.infer<typeof chatClearedView>;

/** The answer to createGroup. */
export const createdGroupView = answeredChatView
  .extend({ invited: addedMembersView.shape.invited })
  .meta({ id: 'CreatedGroup' });
export type CreatedGroupView = z.infer<typeof createdGroupView>;

/** A user's own settings for a chat; only that user sees them. */
export const membershipView = z
  .object({
    chatId: id,
    version: count.describe('The current version of the chat; changing settings does not raise it.'),
    changed: unchanged,
    mutedUntil: timestamp.nullable(),
    archivedAt: timestamp.nullable(),
    pinnedAt: timestamp.nullable(),
    notify: notifyLevel.nullable().describe('What you are told of this chat; null: as your preferences say.'),
  })
  .meta({ id: 'Membership' });
export type MembershipView = z.infer<typeof membershipView>;
