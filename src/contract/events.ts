import { z } from 'zod';
import {
  blockView,
  chatDeletedView,
  chatDetails,
  chatListItem,
  chatView,
  groupAddsView,
  invitationEndedView,
  invitationView,
  memberRemovedView,
  membersAddedView,
  membershipView,
  membersPage,
  memberUpdatedView,
  messageDeletedView,
  messageDeliveredView,
  messageHiddenView,
  messageReportedView,
  messageSeenView,
  messagesPage,
  messageView,
  presenceView,
  reactionsChangedView,
  syncedView,
  typingView,
  tokenLifeView,
  unreadCountView,
  visibilityView,
} from './views/index.js';

const RECEIPT_READERS =
  'to all members of the chat. In a group of more than RECEIPTS_PUSHED_UP_TO members, and in a direct chat while the reader blocks the other user, only to the sockets of the reader.';

/** What a socket can hear. A caller without a callback hears the answer to its command by the same names. */
export const events = {
  chatsList: { payload: z.array(chatListItem), summary: 'Answer to getChats.' },
  chat: { payload: chatDetails, summary: 'Answer to getChat.' },
  newChat: {
    payload: chatView,
    summary:
      'A chat was created, to all its members; or members were added to a group, to those who were added.',
  },
  chatDeleted: {
    payload: chatDeletedView,
    summary: 'A chat and all its messages were deleted; to all its members.',
  },
  chatUpdated: { payload: chatView, summary: 'A group was changed; to all its members.' },
  membersAdded: {
    payload: membersAddedView,
    summary:
      'Members were added to a group; to those who were in it before. Those who were added receive newChat.',
  },
  memberRemoved: {
    payload: memberRemovedView,
    summary:
      'A member left a group or was removed; to the remaining members and to that user, who receives nothing more of this chat.',
  },
  memberUpdated: { payload: memberUpdatedView, summary: 'The role of a member changed; to all members.' },
  invitationReceived: {
    payload: invitationView,
    summary: 'You were invited to a group, which you see once you accept; to your own sockets.',
  },
  invitationEnded: {
    payload: invitationEndedView,
    summary:
      'An invitation of yours is gone: you declined it, or it was revoked; to your own sockets. If you accept one, newChat says so.',
  },
  invitationsList: { payload: z.array(invitationView), summary: 'Answer to getInvitations.' },
  groupAdds: {
    payload: groupAddsView,
    summary:
      'Who may add you to groups without asking. Answer to getGroupAdds and setGroupAdds; after a change also to your other devices.',
  },
  membershipUpdated: {
    payload: membershipView,
    summary: 'You muted, archived or pinned a chat; to your own sockets.',
  },
  membersList: { payload: membersPage, summary: 'Answer to getMembers.' },
  newMessage: { payload: messageView, summary: 'A message was sent; to all members of the chat.' },
  message: { payload: messageView, summary: 'Answer to getMessage.' },
  messagesList: { payload: messagesPage, summary: 'Answer to getMessages.' },
  messageSeen: {
    payload: messageSeenView,
    summary: `A member has seen everything up to a message; ${RECEIPT_READERS}`,
  },
  messageDelivered: {
    payload: messageDeliveredView,
    summary: `Everything up to a message was delivered to a member; ${RECEIPT_READERS}`,
  },
  unreadCount: {
    payload: unreadCountView,
    summary: 'Your number of unread messages, after you read or marked as unread; to your own sockets.',
  },
  messageEdited: { payload: messageView, summary: 'A message was edited; to all members of the chat.' },
  messageDeleted: {
    payload: messageDeletedView,
    summary: 'A message was deleted for everyone; to all members of the chat.',
  },
  messageHidden: {
    payload: messageHiddenView,
    summary:
      'You deleted a message for yourself; to your own sockets. It is no change of the chat, and has no `version`.',
  },
  reactionsChanged: {
    payload: reactionsChangedView,
    summary: 'A reaction was added to a message or removed; to all members of the chat.',
  },
  synced: { payload: syncedView, summary: 'Answer to sync.' },
  onlineUsers: { payload: z.array(presenceView), summary: 'Answer to getOnlineUsers.' },
  presence: { payload: z.array(presenceView), summary: 'Answer to getPresence and watchPresence.' },
  userStatus: {
    payload: presenceView,
    summary:
      'A user came online or went offline; to users who have a direct chat with them, and to sockets that watch them.',
  },
  visibility: {
    payload: visibilityView,
    summary:
      'Whether others see that you are online. Answer to getVisibility and setVisibility; after a change also to your other devices.',
  },
  userTyping: {
    payload: typingView,
    summary:
      'A member is typing, or has stopped; to the other members who are online. A newMessage by that member ends it as well: clear the indicator then, because with several nodes the event that says so may arrive up to 5 s later.',
  },
  blockChanged: {
    payload: blockView,
    summary: 'You blocked or unblocked a user; to your own sockets.',
  },
  blocksList: { payload: z.array(blockView), summary: 'Answer to getBlocks.' },
  messageReported: { payload: messageReportedView, summary: 'Answer to reportMessage.' },
  tokenExpiring: {
    payload: tokenLifeView,
    summary:
      'The token of this socket expires soon: send `authenticate` with a new one, or the socket is closed.',
  },
  syncNeeded: {
    payload: z.object({
      withinMs: z
        .number()
        .int()
        .meta({ description: 'Call sync at a random moment within this time, in milliseconds.' }),
    }),
    summary:
      'You may have missed events, because this node was cut off from the others. Call sync, and ask again for the presence that you show (getPresence or watchPresence); to the sockets concerned.',
  },
  exception: {
    payload: z.object({
      command: z.string().nullable(),
      code: z.string(),
      message: z.string(),
      details: z.unknown().optional(),
      retryAfterMs: z.number().optional(),
    }),
    summary:
      'A command without a callback failed; or, if `command` is null, this socket is being closed because its token expired or because it ignored too many refusals. Only to that socket.',
  },
} as const satisfies Record<string, { payload: z.ZodType; summary: string }>;

export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.infer<(typeof events)[E]['payload']>;
