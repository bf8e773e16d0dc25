/**
 * The parts of the published protocol that the harness reads. They are written again here instead of imported, because
 * a check must not change together with the server.
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

/** Both have `messageId`, and only the changed part of the message. */
export interface MessageDeleted {
  messageId: number;
  chatId: number;
  seq: number;
  version: number;
  deletedAt: string;
}

export interface ReactionsChanged {
  messageId: number;
  chatId: number;
  seq: number;
  version: number;
  reactions: Reaction[];
}

export interface Chat {
  id: number;
  lastSeq: number;
  version: number;
  historyVisible: 'all' | 'fromJoin';
}

/** An event about a group's members. */
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
