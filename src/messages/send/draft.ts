import type { MessageView } from '../../contract/index.js';
import type { MessageBody } from '../../database/models/message.model.js';
import type { Outcome } from '../../common/flow/batcher.js';

/** A message to write: to a chat, or to a person. */
export interface Draft {
  senderId: number;
  chatId: number | null;
  receiverId: number | null;
  /** The sender's key; null when it gave none. */
  clientId: string | null;
  body: MessageBody;
}

/** A message of the database, and whether this call wrote it, or may have. */
export interface Sent {
  message: MessageView;
  user1Id: number | null;
  user2Id: number | null;
  written: boolean;
}

/** A draft on its way into the database. */
export interface Entry {
  draft: Draft;
  /** The sender's key, or one of ours. */
  key: string;
  /** What became of it; null: nothing yet. */
  outcome: Outcome<Sent> | null;
  /** When its caller has been told that it took too long, by performance.now(). */
  giveUpAt: number;
}

/** What earlier attempts of the same entries have shown. */
export interface Findings {
  /** Entries whose fate was unknown once: found as duplicates they may be ours, untold. */
  unsure: Set<Entry>;
  /** Chats changed while the statement waited for them: now they are locked before it looks. */
  contended: boolean;
}

export function isMentioning({ draft }: Entry): boolean {
  return draft.body.metadata?.mentions !== undefined;
}
