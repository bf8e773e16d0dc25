import type { ChangeRecord, CommandRecord, SendRecord } from './history.js';

/** A message as the database holds it. */
export interface StoredMessage {
  id: number;
  chatId: number;
  seq: number;
  version: number;
  senderId: number | null;
  /** null too where the server made the key. */
  clientId: string | null;
  content: string;
  /** JSON text, keys in the database's order; what a client holds is rendered alike (`shown`). */
  reactions: string;
  edited: boolean;
  deleted: boolean;
  /** Written by the server, about a group's members. */
  system?: boolean;
}

export interface StoredChat {
  id: number;
  lastSeq: number;
  version: number;
  /** Empty for a group. How many messages the two people of a direct chat have sent, as the chat's row counts them. */
  counted: { userId: number; sent: number }[];
}

/** A message as a receiver holds it. */
export type HeldMessage = Omit<StoredMessage, 'system'>;

/** What a receiver holds after the last sync. */
export interface HeldChat {
  chatId: number;
  version: number;
  /** The least seq it was given: after a `reset` a client has the newest page only. */
  fromSeq: number;
  messages: readonly HeldMessage[];
}

export interface Receiver {
  device: string;
  /** The chats that its person is a member of, by the database. */
  memberOf: readonly number[];
  chats: readonly HeldChat[];
  /** Pages of sync that were out of order or not whole. */
  faults: readonly string[];
}

export interface Evidence {
  sends: readonly SendRecord[];
  commands: readonly CommandRecord[];
  changes: readonly ChangeRecord[];
  clashes: readonly string[];
  /** Of each chat, by its versions: the message that changed, as acks and events have told. */
  told: ReadonlyMap<number, ReadonlyMap<number, number>>;
  messages: readonly StoredMessage[];
  chats: readonly StoredChat[];
  /** Ids of each chat's messages as the API pages through them, oldest first. */
  pages: ReadonlyMap<number, readonly number[]>;
  receivers: readonly Receiver[];
  /** Milliseconds within which a command has to be answered while its connection is up. */
  answerWithinMs: number;
}

/** What is wrong, a sentence each; none, when the promises were kept. */
export interface Verdict {
  /** Acked and not readable, by SQL or over the API. */
  lost: string[];
  /** One key or one text twice, two answers to one key, or a row that nobody sent. */
  doubled: string[];
  /** Holes and repeats in the numbers of a chat. */
  gaps: string[];
  /** Messages that stand before one that was there, or was sent, earlier. */
  inversions: string[];
  /** Commands with a callback that were not answered in time. */
  unanswered: string[];
  /** Where a receiver that has synced, or a count of the database, differs from the messages. */
  unequal: string[];
}
