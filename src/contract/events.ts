import { z } from 'zod';
import {
  blockView,
  chatDeletedView,
  chatDetails,
  chatListItem,
  chatView,
  memberRemovedView,
  membersAddedView,
  membershipView,
  membersPage,
  memberUpdatedView,
  messageDeletedView,
  messageDeliveredView,
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
} from './views.js';

const RECEIPT_READERS =
  'to all members of the chat. In a chat of more than RECEIPTS_PUSHED_UP_TO members, and in a direct chat while they block the other person, only to their own sockets.';

/** What a socket can hear. A caller without a callback hears the answer to its command by the same names. */
export const events = {
  chatsList: { payload: z.array(chatListItem), summary: 'Answer to getChats.' },
  chat: { payload: chatDetails, summary: 'Answer to getChat.' },
  newChat: {
    payload: chatView,
    summary: 'A chat was opened, or one was added to a group; to its members, or those added.',
  },
  chatDeleted: {
    payload: chatDeletedView,
    summary: 'A chat and all its messages are gone; to all its members.',
  },
  chatUpdated: { payload: chatView, summary: 'A group was changed; to all its members.' },
  membersAdded: {
    payload: membersAddedView,
    summary: 'People joined a group; to those who were in it. Those who joined hear newChat.',
  },
  memberRemoved: {
    payload: memberRemovedView,
    summary:
      'Somebody left a group or was removed; to its members and, as the last they hear of it, to them.',
  },
  memberUpdated: { payload: memberUpdatedView, summary: "A member's role changed; to all members." },
  membershipUpdated: {
    payload: membershipView,
    summary: 'One has muted, archived or pinned a chat; to their own sockets.',
  },
  membersList: { payload: membersPage, summary: 'Answer to getMembers.' },
  newMessage: { payload: messageView, summary: 'A message was sent; to all members of the chat.' },
  messagesList: { payload: messagesPage, summary: 'Answer to getMessages.' },
  messageSeen: {
    payload: messageSeenView,
    summary: `A member has seen everything up to a message; ${RECEIPT_READERS}`,
  },
  messageDelivered: {
    payload: messageDeliveredView,
    summary: `Everything up to a message has reached a member; ${RECEIPT_READERS}`,
  },
  unreadCount: {
    payload: unreadCountView,
    summary: "The reader's unread messages after they have read or marked as unread; to their own sockets.",
  },
  messageEdited: { payload: messageView, summary: 'A message was edited; to all members of the chat.' },
  messageDeleted: {
    payload: messageDeletedView,
    summary: 'A message was deleted: for everyone, to all members; for me, to my own sockets.',
  },
  reactionsChanged: {
    payload: reactionsChangedView,
    summary: 'Somebody reacted to a message or took a reaction back; to all members of the chat.',
  },
  synced: { payload: syncedView, summary: 'Answer to sync.' },
  onlineUsers: { payload: z.array(presenceView), summary: 'Answer to getOnlineUsers.' },
  presence: { payload: z.array(presenceView), summary: 'Answer to getPresence and watchPresence.' },
  userStatus: {
    payload: presenceView,
    summary:
      'Somebody came online or went offline; to people who have a direct chat with them, and to sockets that watch them.',
  },
  visibility: {
    payload: visibilityView,
    summary: "Whether others see when one is online; after a change to one's other devices.",
  },
  userTyping: {
    payload: typingView,
    summary:
      'A member of a chat types, or has stopped; to its other members who are there now. A newMessage of theirs in that chat ends it as well: clear it then, for the word of it may come up to 5 s later when the message was sent through another node.',
  },
  blockChanged: {
    payload: blockView,
    summary: 'You have blocked or unblocked somebody; to your own sockets.',
  },
  blocksList: { payload: z.array(blockView), summary: 'Answer to getBlocks.' },
  messageReported: { payload: messageReportedView, summary: 'Answer to reportMessage.' },
  tokenExpiring: {
    payload: tokenLifeView,
    summary: 'The token of this socket expires soon: send `authenticate`, or the socket will be closed.',
  },
  syncNeeded: {
    payload: z.object({
      withinMs: z
        .number()
        .int()
        .meta({ description: 'Sync at a random moment within so many milliseconds.' }),
    }),
    summary:
      'Events may have been missed: the server was cut off from the others for a while. Call sync, and ask again whose presence you show (getPresence or watchPresence); to whom it concerns.',
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
      'A command without a callback failed, or (`command` null) this socket is being closed: for its token, or for going on in spite of refusals; only to that socket.',
  },
} as const satisfies Record<string, { payload: z.ZodType; summary: string }>;

export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.infer<(typeof events)[E]['payload']>;
