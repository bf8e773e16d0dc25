import { z } from 'zod';
import {
  chatDeletedView,
  chatDetails,
  chatListItem,
  chatView,
  messageSeenView,
  messagesPage,
  messageView,
  presenceView,
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
  onlineUsers: { payload: z.array(presenceView), summary: 'Answer to getOnlineUsers.' },
  userStatus: {
    payload: presenceView,
    summary: 'Somebody came online or went offline; to people who share a chat with them.',
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
