import { z } from 'zod';
import {
  accountView,
  banLiftedView,
  bannedPage,
  createdInviteView,
  invitedGroupView,
  inviteRevokedView,
  inviteView,
  publicChatsPage,
  blockView,
  chatClearedView,
  chatDeletedView,
  chatDetails,
  chatEventView,
  chatListItem,
  chatView,
  groupAddsView,
  invitationEndedView,
  invitationView,
  memberRemovedView,
  membershipView,
  membersJoinedView,
  membersPage,
  memberUpdatedView,
  messageDeletedView,
  messageDeliveredView,
  messageHiddenView,
  messageReportedView,
  userReportedView,
  chatReportedView,
  messageSeenView,
  messagesPage,
  messageView,
  newChatView,
  newNotificationView,
  notificationsPage,
  notificationsSeenView,
  preferencesView,
  presenceView,
  reactionsChangedView,
  readyView,
  streamDeltaView,
  streamEndedView,
  syncedView,
  typingView,
  tokenLifeView,
  unreadCountView,
  userView,
  visibilityView,
} from './views/index.js';

const RECEIPT_READERS =
  'to all members of the chat. In a group of more than RECEIPTS_PUSHED_UP_TO members, and in a direct chat while the reader blocks the other user, only to the sockets of the reader.';

/**
 * The events that a socket can receive. A caller without a callback receives the answer to its command as one of these
 * events.
 */
export const events = {
  ready: {
    payload: readyView,
    summary:
      'This socket belongs to a user, and receives their events from now on: with AUTH=jwt after it has connected, in open mode after the user id of the handshake or `userOnline`. Only to that socket.',
  },
  me: { payload: accountView, summary: 'Answer to getMe.' },
  chatsList: {
    payload: z.array(chatListItem),
    summary: 'Answer to getChats; with `page: true` a ChatsPage.',
  },
  chat: { payload: chatDetails, summary: 'Answer to getChat.' },
  newChat: {
    payload: newChatView,
    summary:
      'A chat was created, to all its members; or members were added to a group, to those who were added. Each gets it as their own list has it, with the other user, unread counts and role; these are left out in the answer to a command, and where the chat was there before.',
  },
  chatDeleted: {
    payload: chatDeletedView,
    summary:
      'A chat and all its messages were deleted; to all its members, or, if you deleted it for yourself only, to your own sockets.',
  },
  chatCleared: {
    payload: chatClearedView,
    summary: 'You cleared a chat for yourself; to your own sockets. It is no change of the chat.',
  },
  chatUpdated: {
    payload: chatView,
    summary: 'A group was changed, or a direct chat got its externalId; to all members.',
  },
  membersAdded: {
    payload: membersJoinedView,
    summary:
      'Members were added to a group; to those who were in it before. Those who were added receive newChat.',
  },
  memberRemoved: {
    payload: memberRemovedView,
    summary:
      'A member left a group or was removed; to the remaining members and to that user, who receives nothing more of this chat.',
  },
  memberUpdated: {
    payload: memberUpdatedView,
    summary: 'The role of a member changed, or they were muted or may write again; to all members.',
  },
  bannedList: { payload: bannedPage, summary: 'Answer to getBanned.' },
  banLifted: { payload: banLiftedView, summary: 'Answer to unbanMember.' },
  invitationReceived: {
    payload: invitationView,
    summary: 'You were invited to a group; to your own sockets. You see the group once you accept.',
  },
  invitationEnded: {
    payload: invitationEndedView,
    summary:
      'An invitation has ended: you declined it, or it was revoked; to your own sockets. If you accept one, you receive newChat instead.',
  },
  publicChats: { payload: publicChatsPage, summary: 'Answer to getPublicChats.' },
  inviteCreated: { payload: createdInviteView, summary: 'Answer to createInvite.' },
  invitesList: { payload: z.array(inviteView), summary: 'Answer to getInvites.' },
  inviteRevoked: { payload: inviteRevokedView, summary: 'Answer to revokeInvite.' },
  invite: { payload: invitedGroupView, summary: 'Answer to getInvite.' },
  invitationsList: { payload: z.array(invitationView), summary: 'Answer to getInvitations.' },
  groupAdds: {
    payload: groupAddsView,
    summary:
      'Who may add you to groups without asking. Answer to getGroupAdds and setGroupAdds; after a change also to your other devices.',
  },
  membershipUpdated: {
    payload: membershipView,
    summary: 'You muted, archived or pinned a chat, or set what you are told of; to your own sockets.',
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
    summary:
      'Your number of unread messages, after you read messages or marked a chat as unread, or after an unread message was deleted or an edit changed whether it mentions you; to your own sockets. The answer to markAllAsSeen, and to getUnreadCount without a chat, has no chat.',
  },
  messageEdited: { payload: messageView, summary: 'A message was edited; to all members of the chat.' },
  streamDelta: {
    payload: streamDeltaView,
    summary:
      'More was written of a message that is streamed; to the other members of the chat. It is no change of the chat: `messageEdited` with the whole text is, at the end.',
  },
  streamEnded: {
    payload: streamEndedView,
    summary:
      'A stream of yours was ended by somebody else, or because nothing was written for too long; to your own sockets.',
  },
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
      'A user came online or went offline, to users who have a direct chat with them and to sockets that watch them; or a direct chat was opened with a user who is online, to the two, as far as each may see the other.',
  },
  visibility: {
    payload: visibilityView,
    summary:
      'Whether others see that you are online. Answer to getVisibility and setVisibility; after a change also to your other devices.',
  },
  usersList: { payload: z.array(userView), summary: 'Answer to getUsers and searchUsers.' },
  userUpdated: {
    payload: userView,
    summary:
      'A profile changed; to your own devices the whole of it, and if others see the change, what they see to users who have a direct chat with that user and to sockets that watch them. To others `lastSeenAt` is null here, and users whom that user blocks hear nothing. Everybody else who shares a chat learns of it by sync.',
  },
  userTyping: {
    payload: typingView,
    summary:
      'A member is typing, or has stopped; to the other members who are online. Clear the indicator when a newMessage of that member arrives, too: with several nodes the event with `typing: false` may come up to 5 s later.',
  },
  chatEvent: {
    payload: chatEventView,
    summary:
      'An event of the application in a chat (sendEvent), to the members who are online; not to the socket that sent it. It is not stored.',
  },
  blockChanged: {
    payload: blockView,
    summary: 'You blocked or unblocked a user; to your own sockets.',
  },
  blocksList: { payload: z.array(blockView), summary: 'Answer to getBlocks.' },
  messageReported: { payload: messageReportedView, summary: 'Answer to reportMessage.' },
  userReported: { payload: userReportedView, summary: 'Answer to reportUser.' },
  chatReported: { payload: chatReportedView, summary: 'Answer to reportChat.' },
  notification: {
    payload: newNotificationView,
    summary:
      'Your inbox has something new, up to a second or so after it happened; to your own sockets. Each once; not what came while a node died, which getNotifications has.',
  },
  notificationsList: { payload: notificationsPage, summary: 'Answer to getNotifications.' },
  notificationsSeen: {
    payload: notificationsSeenView,
    summary: 'You have seen what is in your inbox up to there; to your own sockets.',
  },
  preferencesChanged: {
    payload: preferencesView,
    summary:
      'What you want to be told of. Answer to getPreferences and updatePreferences; after a change also to your other devices.',
  },
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
      'You may have missed events, because this node was cut off from the others, or because others wrote in a group that hides its past while you entered it. Call sync, and ask again for the presence that you show (getPresence or watchPresence); to the sockets concerned.',
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
