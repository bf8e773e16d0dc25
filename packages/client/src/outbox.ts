import type { Commands, Message } from './contract.gen.js';
import {
  backOff,
  ChatError,
  type ErrorAnswer,
  LATER,
  MOST_INTERNAL,
  OF_TOKEN,
  toChatError,
  UNKNOWN,
} from './errors.js';
import { uuid } from './uuid.js';

/** What goes through the outbox: everything that changes a chat and can be repeated by its `clientId`. */
export type OutboxCommand =
  | 'sendMessage'
  | 'editMessage'
  | 'deleteMessage'
  | 'addReaction'
  | 'removeReaction'
  | 'updateMembership'
  | 'updateChat'
  | 'addMembers'
  | 'removeMember'
  | 'setRole'
  | 'leaveChat'
  | 'markAsSeen'
  | 'markAsUnread'
  | 'clearChat';

/**
 * - `queued`: waits for its turn, or for the network.
 * - `sending`: sent, and not yet answered.
 * - `sent`: answered; it goes when the store has what it caused.
 * - `failed`: refused for good, or too old: kept until it is retried or discarded.
 */
export type EntryStatus = 'queued' | 'sending' | 'sent' | 'failed';

/** One command that waits. It can be kept as JSON. */
export interface Entry {
  /** Its `clientId`: the server does it once, however often it is sent. */
  id: string;
  command: OutboxCommand;
  input: Record<string, unknown>;
  /** The chat it is about; null: a first message to somebody. */
  chatId: number | null;
  receiverId: number | null;
  /** Milliseconds. */
  createdAt: number;
  /** The order among all entries of this device. */
  order: number;
  tries: number;
  status: EntryStatus;
  error: ErrorAnswer | null;
  /** The version that the chat has once it is applied; null: not answered, or without one. */
  version: number | null;
  /** The tab of the browser that sends it. */
  tab: string;
}

/** Lanes that send side by side; each has one command under way, so that none passes the one before it. */
const MOST_LANES = 8;

/** An entry that could not go for that long is not sent by itself any more, in milliseconds. */
const EXPIRES_MS = 24 * 3_600_000;

/** What was seen of a chat is said at most once in that time, in milliseconds. */
const SEEN_EVERY_MS = 1_000;

/** It is merged, said again without a `clientId`, and shown in no list of what waits. */
export const SEEN = 'markAsSeen';

/** What changes what is unread. */
const MARKS = /^markAs/;

export interface OutboxParts {
  ask(command: OutboxCommand, input: Record<string, unknown>): Promise<unknown>;
  /** Hands an answer to the store as the event that it stands for. */
  heard(command: keyof Commands, result: unknown): void;
  /** The name of this tab. */
  tab(): string;
  /** Whether commands can be sent now. */
  isLive(): boolean;
  /** The version of a chat that is applied; null: it is not here. */
  versionOf(chatId: number): number | null;
  /** The direct chat with a user, if it is here. */
  directWith(userId: number): number | null;
  /** An entry has changed; `kept` false: it is no longer there. */
  changed(entry: Entry, kept: boolean): void;
  /** Ends when what has changed is kept on this device, or that takes too long. */
  written(): Promise<void>;
  /** The token was not accepted: ends when there is another one, or none. */
  unauthenticated(): Promise<void>;
}

const byOrder = (one: Entry, other: Entry) => one.order - other.order;

interface Lane {
  entries: Entry[];
  busy: boolean;
  timer?: ReturnType<typeof setTimeout> | undefined;
}

interface Waiting {
  resolve(message: unknown): void;
  reject(error: ChatError): void;
}

/**
 * What a person does while there is no network, or before the server has answered. In order for each chat, at most one
 * of a chat under way, sent again with the same `clientId` until it is answered: nothing twice, nothing lost, and nothing
 * dropped in silence.
 */
export class Outbox {
  readonly #entries = new Map<string, Entry>();
  readonly #lanes = new Map<string, Lane>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #unwritten = new Set<Entry>();
  #order = 0;

  readonly #parts: OutboxParts;

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** All entries, in the order in which they were made. */
  all(): Entry[] {
    return [...this.#entries.values()].sort(byOrder);
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Entries of a chat that the store does not show yet, in order. */
  of(chatId: number | null, receiverId: number | null): Entry[] {
    if (this.#entries.size === 0) return [];
    return this.all().filter(
      (entry) =>
        (chatId !== null && this.#chatOf(entry) === chatId) ||
        (receiverId !== null && entry.receiverId === receiverId),
    );
  }

  /** Chats of which what waits changes what is unread. */
  marked(): Set<number> {
    const of = ({ command, status }: Entry) => status !== 'failed' && MARKS.test(command);
    return new Set([...this.#entries.values()].filter(of).map(({ chatId }) => chatId!));
  }

  /** Whether a command to this chat is under way. */
  waits(chatId: number): boolean {
    return this.#lanes.get(`c${chatId}`)?.busy ?? false;
  }

  /** Takes over what was kept on this device, of this tab's earlier life or of tabs that are gone. */
  restore(entries: readonly Entry[]): void {
    const tab = this.#parts.tab();
    // What was written before this tab had its name.
    for (const entry of this.#entries.values()) {
      if (entry.tab === tab) continue;
      entry.tab = tab;
      this.#parts.changed(entry, true);
    }
    for (const kept of [...entries].sort(byOrder)) {
      if (this.#entries.has(kept.id)) continue;
      const entry: Entry = {
        ...kept,
        status: kept.status === 'failed' ? 'failed' : 'queued',
        tab,
      };
      this.#order = Math.max(this.#order, entry.order);
      this.#entries.set(entry.id, entry);
      if (entry.status !== 'failed') this.#laneOf(entry).entries.push(entry);
      this.#parts.changed(entry, true);
    }
    this.flush();
  }

  /** Somebody else is here: what waits is not theirs. It stays where it is kept. */
  clear(): void {
    this.stop();
    this.#entries.clear();
    this.#lanes.clear();
  }

  /** @returns the entry, and a promise of the answer, which nobody has to wait for */
  add(
    command: OutboxCommand,
    input: Record<string, unknown>,
    to: { chatId: number | null; receiverId?: number | null },
  ): { entry: Entry; answered: Promise<unknown> } {
    const entry: Entry = {
      id: uuid(),
      command,
      input,
      chatId: to.chatId,
      receiverId: to.receiverId ?? null,
      createdAt: Date.now(),
      order: ++this.#order,
      tries: 0,
      status: 'queued',
      error: null,
      version: null,
      tab: this.#parts.tab(),
    };
    const answered = new Promise<unknown>((resolve, reject) =>
      this.#waiting.set(entry.id, { resolve, reject }),
    );
    answered.catch(() => undefined);
    this.#entries.set(entry.id, entry);
    this.#parts.changed(entry, true);
    if (!this.#merged(entry)) this.#laneOf(entry).entries.push(entry);
    this.#unwritten.add(entry);
    void this.#parts.written().then(() => {
      this.#unwritten.delete(entry);
      this.flush();
    });
    return { entry, answered };
  }

  /** A change of the text of a message that has not been sent yet. */
  edit(id: string, content: string): boolean {
    const entry = this.#entries.get(id);
    if (entry?.command !== 'sendMessage' || entry.tries > 0 || entry.status !== 'queued') return false;
    entry.input = { ...entry.input, content };
    this.#parts.changed(entry, true);
    return true;
  }

  retry(id: string): void {
    const entry = this.#entries.get(id);
    if (entry?.status !== 'failed') return;
    if (entry.error?.code === 'IDEMPOTENCY_MISMATCH') {
      this.#drop(entry);
      entry.id = uuid();
      this.#entries.set(entry.id, entry);
    }
    Object.assign(entry, {
      status: 'queued',
      error: null,
      tries: 0,
      createdAt: Date.now(),
      order: ++this.#order,
    });
    this.#parts.changed(entry, true);
    this.#laneOf(entry).entries.push(entry);
    this.flush();
  }

  retryAll(): void {
    for (const { id, status } of this.all()) if (status === 'failed') this.retry(id);
  }

  /** Takes an entry out. One that is under way may still be done. */
  discard(id: string): void {
    const entry = this.#entries.get(id);
    if (!entry) return;
    this.#settle(entry, new ChatError({ code: 'CLOSED', message: 'It was discarded.' }, entry.command));
  }

  /** Sends what can be sent. */
  flush(): void {
    if (!this.#parts.isLive()) return;
    let busy = 0;
    for (const lane of this.#lanes.values()) if (lane.busy) busy++;
    for (const [key, lane] of this.#lanes) {
      if (busy >= MOST_LANES) return;
      if (lane.busy || lane.timer) continue;
      const entry = lane.entries[0];
      if (!entry) this.#lanes.delete(key);
      // A page may end at any moment: what it has sent has to be known to the next one.
      else if (this.#unwritten.has(entry)) continue;
      else if (entry.command !== SEEN && Date.now() - entry.createdAt > EXPIRES_MS) {
        lane.entries.shift();
        this.#fail(entry, { code: 'EXPIRED' });
      } else {
        busy++;
        void this.#send(lane, entry);
      }
    }
  }

  /** The connection is new: what waited for a moment goes now. */
  live(): void {
    for (const lane of this.#lanes.values()) {
      clearTimeout(lane.timer);
      lane.timer = undefined;
    }
    this.flush();
  }

  /** The store has this person's message. */
  stored(message: Message): void {
    const entry = message.clientId === null ? undefined : this.#entries.get(message.clientId);
    if (entry?.command !== 'sendMessage') return;
    this.#waiting.get(entry.id)?.resolve(message);
    this.#settle(entry);
  }

  /** The store has everything of the chat up to this version. */
  applied(chatId: number, version: number): void {
    for (const entry of this.#entries.values()) {
      if (entry.status === 'sent' && entry.chatId === chatId && (entry.version ?? 0) <= version)
        this.#settle(entry);
    }
  }

  /**
   * The chat is gone, and with it what was meant for it. `perhapsCleared`: perhaps it was only cleared on another device,
   * and then the server takes or refuses what still waits.
   */
  gone(chatId: number, perhapsCleared = false): void {
    for (const entry of this.all()) {
      if (this.#chatOf(entry) !== chatId || entry.status === 'failed') continue;
      if (entry.status === 'sent' || entry.command === 'leaveChat') this.#settle(entry);
      else if (!perhapsCleared && entry.receiverId === null) {
        this.#takeOff(entry);
        this.#fail(entry, { code: 'NOT_FOUND', message: 'The chat is no longer there.' });
      }
    }
  }

  stop(): void {
    for (const lane of this.#lanes.values()) clearTimeout(lane.timer);
    for (const waiting of this.#waiting.values()) waiting.reject(new ChatError({ code: 'CLOSED' }));
    this.#waiting.clear();
  }

  #chatOf({ chatId, receiverId }: Entry): number | null {
    return chatId ?? (receiverId === null ? null : this.#parts.directWith(receiverId));
  }

  #laneOf(entry: Entry): Lane {
    const chatId = this.#chatOf(entry);
    // What was seen holds up no message, and waits for none.
    const marks = MARKS.test(entry.command);
    const key = chatId === null ? `u${entry.receiverId}` : `${marks ? 'm' : 'c'}${chatId}`;
    // A first message may still wait where its chat was not known: what follows it waits there, too.
    const first = entry.receiverId === null ? undefined : this.#lanes.get(`u${entry.receiverId}`);
    const lane = (first && first.entries.length > 0 ? first : this.#lanes.get(key)) ?? {
      entries: [],
      busy: false,
    };
    if (lane !== first) this.#lanes.set(key, lane);
    return lane;
  }

  #takeOff(entry: Entry): void {
    for (const lane of this.#lanes.values()) {
      const index = lane.entries.indexOf(entry);
      if (index >= 0) lane.entries.splice(index, 1);
    }
  }

  /** Two that cancel each other out, or of which the last one counts, become one or none. */
  #merged(entry: Entry): boolean {
    const waiting = this.#laneOf(entry).entries.filter(
      ({ status, tries }) => status === 'queued' && tries === 0,
    );
    const { command, input } = entry;
    if (command === 'addReaction' || command === 'removeReaction') {
      const other = waiting.find(
        (one) =>
          (one.command === 'addReaction' || one.command === 'removeReaction') &&
          one.input.messageId === input.messageId &&
          one.input.emoji === input.emoji,
      );
      if (!other || other.command === command) return false;
      this.#takeOff(other);
      for (const one of [other, entry]) {
        this.#waiting.get(one.id)?.resolve(undefined);
        this.#settle(one);
      }
      return true;
    }
    if (command === 'updateMembership' || command === SEEN) {
      // What was seen is not said after what is to count as unread again, but where it was done.
      const other =
        command === SEEN ? waiting.at(-1) : waiting.find((one) => one.command === 'updateMembership');
      if (other?.command === command) {
        this.#takeOff(other);
        entry.input = { ...other.input, ...input };
        if (command === SEEN) entry.input.seq = Math.max(Number(other.input.seq), Number(input.seq));
        this.#waiting.get(other.id)?.resolve(undefined);
        this.#settle(other);
      }
    }
    return false;
  }

  async #send(lane: Lane, entry: Entry): Promise<void> {
    lane.busy = true;
    entry.tries++;
    entry.status = 'sending';
    this.#parts.changed(entry, true);
    try {
      // What was seen may be said twice: the server need not remember that it was.
      const id = entry.command === SEEN ? {} : { clientId: entry.id };
      const answer = await this.#parts.ask(entry.command, { ...entry.input, ...id });
      lane.busy = false;
      if (entry.command === SEEN) this.#pause(lane, SEEN_EVERY_MS);
      this.#takeOff(entry);
      this.#answered(entry, answer);
    } catch (error) {
      lane.busy = false;
      this.#refused(lane, entry, toChatError(error, entry.command));
    }
    this.flush();
  }

  #answered(entry: Entry, answer: unknown): void {
    const {
      chatId = entry.chatId,
      version = null,
      changed,
    } = (answer ?? {}) as {
      chatId?: number;
      version?: number | null;
      changed?: boolean;
    };
    // Discarded meanwhile, or already stored by an event: the answer counts all the same.
    const known = this.#entries.has(entry.id);
    // Given up meanwhile, as the chat is gone: nothing will show that it is done.
    const givenUp = entry.status !== 'sending';
    Object.assign(entry, {
      status: 'sent',
      error: null,
      chatId,
      version: changed === false ? null : version,
    });
    if (known) this.#waiting.get(entry.id)?.resolve(answer);
    this.#waiting.delete(entry.id);
    this.#parts.heard(entry.command, answer);
    if (!this.#entries.has(entry.id)) return;
    const applied = chatId === null ? null : this.#parts.versionOf(chatId);
    const open = entry.command === 'sendMessage' && applied === null;
    if (givenUp || (!open && (entry.version === null || applied === null || entry.version <= applied)))
      this.#settle(entry);
    else this.#parts.changed(entry, true);
  }

  #refused(lane: Lane, entry: Entry, error: ChatError): void {
    if (!this.#entries.has(entry.id)) {
      this.#takeOff(entry);
      return;
    }
    // The chat went meanwhile, and it has failed.
    if (entry.status !== 'sending') return;
    const { code } = error;
    const lasting = code === 'INTERNAL' && entry.tries >= MOST_INTERNAL;
    if (UNKNOWN.has(code) || (LATER.has(code) && !lasting) || OF_TOKEN.has(code)) {
      entry.status = 'queued';
      entry.error = { code, message: error.message };
      this.#parts.changed(entry, true);
      const again = () => {
        lane.busy = false;
        this.#pause(lane, error.retryAfterMs ?? backOff(entry.tries));
      };
      if (OF_TOKEN.has(code)) {
        // Held up until there is another token.
        lane.busy = true;
        void this.#parts.unauthenticated().then(again);
      } else again();
      return;
    }
    this.#takeOff(entry);
    this.#fail(entry, { code, message: error.message, details: error.details });
  }

  /** Without a connection it goes with the next one. */
  #pause(lane: Lane, ms: number): void {
    if (!this.#parts.isLive()) return;
    lane.timer = setTimeout(() => {
      lane.timer = undefined;
      this.flush();
    }, ms);
  }

  #fail(entry: Entry, error: ErrorAnswer): void {
    // Nobody has to be told that they have seen something.
    if (entry.command === SEEN) return this.#settle(entry);
    Object.assign(entry, { status: 'failed', error });
    this.#waiting.get(entry.id)?.reject(new ChatError(error, entry.command));
    this.#waiting.delete(entry.id);
    this.#parts.changed(entry, true);
  }

  #settle(entry: Entry, error?: ChatError): void {
    if (entry.status !== 'sending') this.#takeOff(entry);
    if (error) this.#waiting.get(entry.id)?.reject(error);
    this.#waiting.delete(entry.id);
    this.#drop(entry);
  }

  #drop(entry: Entry): void {
    if (this.#entries.delete(entry.id)) this.#parts.changed(entry, false);
  }
}
