import { z } from 'zod';
import {
  chatDeletedView,
  chatDetails,
  chatListItem,
  chatView,
  messageDeletedView,
  messageDeliveredView,
  messageSeenView,
  messagesPage,
  messageView,
  presenceView,
  reactionsChangedView,
  syncedView,
  unreadCountView,
} from './views.js';

/** What a socket can hear. A caller without a callback hears the answer to its command by the same names. */
export const events = {
  chatsList: { payload: z.array(chatListItem), summary: 'Answer to getChats.' },
  chat: { payload: chatDetails, summary: 'Answer to getChat.' },
  newChat: { payload: chatView, summary: 'A chat was opened; to all its members.' },
  chatDeleted: {
    payload: chatDeletedView,
    summary: 'A chat and all its messages are gone; to all its members.',
  },
  newMessage: { payload: messageView, summary: 'A message was sent; to all members of the chat.' },
  messagesList: { payload: messagesPage, summary: 'Answer to getMessages.' },
  messageSeen: {
    payload: messageSeenView,
    summary: 'A member has seen everything up to a message; to all members of the chat.',
  },
  messageDelivered: {
    payload: messageDeliveredView,
    summary: 'Everything up to a message has reached a member; to all members of the chat.',
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
  userStatus: {
    payload: presenceView,
    summary: 'Somebody came online or went offline; to people who share a chat with them.',
  },
  syncNeeded: {
    payload: z.object({
      withinMs: z
        .number()
        .int()
        .meta({ description: 'Sync at a random moment within so many milliseconds.' }),
    }),
    summary:
      'Events may have been missed: the server was cut off from the others for a while. Call sync; to whom it concerns.',
  },
  exception: {
    payload: z.object({
      command: z.string().nullable(),
      code: z.string(),
      message: z.string(),
      details: z.unknown().optional(),
      retryAfterMs: z.number().optional(),
    }),
    summary: 'A command without a callback failed; only to the socket that sent it.',
  },
} as const satisfies Record<string, { payload: z.ZodType; summary: string }>;

export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.infer<(typeof events)[E]['payload']>;
