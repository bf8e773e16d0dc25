import type { MessageView } from '../../contract/index.js';
import type { MessageBody } from '../../database/models/message.model.js';
import type { Outcome } from '../../common/flow/batcher.js';

/** A message to write: to a chat, or to a user, or to both: the direct chat with that user. */
export interface Draft {
  senderId: number;
  chatId: number | null;
  receiverId: number | null;
  /** The sender's idempotency key; null when it gave none. */
  clientId: string | null;
  body: MessageBody;
  /** What the sender sent, when something else is written: a repeat is recognised by it. null: it is `body`. */
  original: MessageBody | null;
}

/** A stored message, and whether this call wrote it, or may have. */
export interface Sent {
  message: MessageView;
  user1Id: number | null;
  user2Id: number | null;
  written: boolean;
}

/** A draft on its way into the database. */
export interface Entry {
  draft: Draft;
  /** The sender's key, or a generated one. */
  key: string;
  /** null: still open. */
  outcome: Outcome<Sent> | null;
  /** Set when it waits for a chat that somebody else has locked: it goes on by itself, with this outcome. */
  parked: { chatId: number; sent: Promise<Sent> } | null;
  /** The deadline, by performance.now(): from then on the caller has its answer, that the send took too long. */
  giveUpAt: number;
}

/** What earlier attempts at the same entries have found out. */
export interface Findings {
  /** Entries that a lost connection may have committed. If one is a duplicate now, we may have written it ourselves. */
  unsure: Set<Entry>;
  /** Chats changed while the statement waited for their locks: the next attempt locks them before it reads. */
  contended: boolean;
  /** How often in a row they waited for a lock in vain that is on none of their chats. */
  blocked: number;
}

export function isMentioning({ draft }: Entry): boolean {
  return draft.body.metadata?.mentions !== undefined;
}
