/**
 * What the harness reads of the published protocol. Written down anew rather than imported from the sources:
 * what checks the server must not change along with it.
 */
export interface Message {
  id: number;
  chatId: number;
  seq: number;
  version: number;
  senderId: number | null;
  clientId: string | null;
  content: string;
  metadata: Record<string, unknown> | null;
  reactions: Reaction[];
  createdAt: string;
  editedAt: string | null;
  deletedAt: string | null;
}

export interface Reaction {
  emoji: string;
  count: number;
  userIds: number[];
}

/** Both have `messageId`, and no more of the message than what changed. */
export interface MessageDeleted {
  messageId: number;
  chatId: number;
  seq: number;
  version: number;
}

export interface ReactionsChanged extends MessageDeleted {
  reactions: Reaction[];
}

export interface Chat {
  id: number;
  lastSeq: number;
  version: number;
  historyVisible: 'all' | 'fromJoin';
}

/** What tells of a group's members. */
export interface GroupChanged {
  chatId: number;
  version: number;
}

export interface Status {
  userId: number;
  online: boolean;
}

export interface Synced {
  chats: { chat: Chat; messages: Message[]; upTo: number; reset: boolean; more: boolean }[];
  gone: number[];
  more: boolean;
}

export interface MessagesPage {
  messages: Message[];
  more: boolean;
}

export type Answer =
  { ok: true; data: unknown } | { ok: false; error: { code: string; retryAfterMs?: number } };

/** Codes after which a client sends the same command again. */
export const RETRIED: ReadonlySet<string> = new Set(['UNAVAILABLE', 'OVERLOADED']);
