import type { ChangeRecord, CommandRecord, SendRecord } from './history.js';

/** A message in the database. */
export interface StoredMessage {
  id: number;
  chatId: number;
  seq: number;
  version: number;
  senderId: number | null;
  /** null also if the server generated the key. */
  clientId: string | null;
  content: string;
  /** JSON text, keys in the database's order; a client's copy is rendered in the same way (`shown`). */
  reactions: string;
  edited: boolean;
  deleted: boolean;
  /** Written by the server about a group's members. */
  system?: boolean;
}

export interface StoredChat {
  id: number;
  lastSeq: number;
  version: number;
  /** How many messages each user of a direct chat has sent, by the chat's row. Empty for a group. */
  counted: { userId: number; sent: number }[];
}

/** A message on a receiver's device. */
export type HeldMessage = Omit<StoredMessage, 'system'>;

/** A receiver's replica after the last sync. */
export interface HeldChat {
  chatId: number;
  version: number;
  /** The lowest seq that it was given: after a `reset` a client has only the newest page. */
  fromSeq: number;
  messages: readonly HeldMessage[];
}

export interface Receiver {
  device: string;
  /** The chats of which its user is a member, by the database. */
  memberOf: readonly number[];
  chats: readonly HeldChat[];
  /** Pages of sync that were out of order or incomplete. */
  faults: readonly string[];
}

export interface Evidence {
  sends: readonly SendRecord[];
  commands: readonly CommandRecord[];
  changes: readonly ChangeRecord[];
  clashes: readonly string[];
  /** For each chat, by version: the message that changed, from acks and events. */
  told: ReadonlyMap<number, ReadonlyMap<number, number>>;
  messages: readonly StoredMessage[];
  chats: readonly StoredChat[];
  /** Ids of each chat's messages as the API returns them in pages, oldest first. */
  pages: ReadonlyMap<number, readonly number[]>;
  receivers: readonly Receiver[];
  /** Milliseconds within which a command must be answered while its connection is up. */
  answerWithinMs: number;
}

/** The broken promises, a sentence each; empty if all were kept. */
export interface Verdict {
  /** Acked but not readable by SQL or over the API. */
  lost: string[];
  /** One key or one text twice, two answers to one key, or a row that nobody sent. */
  doubled: string[];
  /** Gaps and repeats in the numbers of a chat. */
  gaps: string[];
  /** Messages that come before one that was stored or sent earlier. */
  inversions: string[];
  /** Commands with a callback that were not answered in time. */
  unanswered: string[];
  /** Differences of a synced receiver, or of a count in the database, from the messages. */
  unequal: string[];
}
