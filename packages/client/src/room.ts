import type { ChatListItem, Member, Message, MessagesPage } from './contract.gen.js';
import type { Connection } from './connection.js';
import { ChatError, toChatError, UNKNOWN } from './errors.js';
import { type Entry, type Outbox, type OutboxCommand, SEEN } from './outbox.js';
import { Cell, type Readable } from './store/readable.js';
import { rangeAt } from './store/ranges.js';
import { type ChatState, liveRange, typersOf } from './store/state.js';
import type { Store } from './store/store.js';
import { shownRange, type Timeline, TimelineMaker } from './store/timeline.js';
import type { Syncer } from './sync.js';

const PAGE = 50;
const MEMBERS_PAGE = 1_000;

/** Most messages that an open chat keeps loaded. */
export const MOST_LOADED = 2_000;

/** Milliseconds: how often typing is said, and when it ends by itself. */
const TYPING_EVERY_MS = 3_000;
const TYPING_ENDS_MS = 5_000;

export interface SendOptions {
  /** The id of the message that it replies to. */
  replyTo?: number;
  /** Ids of members, or `all`. */
  mentions?: readonly number[] | 'all';
  /** Data of the application. */
  metadata?: Record<string, unknown>;
}

/** A message on its way. */
export interface Sent {
  /** Its `clientId`, and its key in the timeline until and after it is stored. */
  readonly key: string;
  /** Resolves when the server has stored it; rejects with a ChatError when it is refused or discarded. */
  readonly stored: Promise<Message>;
}

/** Who has seen and received a message, as far as it is known here. */
export interface Seen {
  seenBy: readonly number[];
  deliveredTo: readonly number[];
}

export interface RoomParts {
  store: Store;
  outbox: Outbox;
  syncer: Syncer;
  link: Connection;
  /** Somebody has opened it. */
  opened(room: Room): void;
  /** The last one who had it open has closed it. */
  closed(room: Room): void;
}

/** One chat that is open: what can be read of it, and what can be done in it. */
export class Room {
  /** The chat as in the list; null: not known yet, or no longer there. */
  readonly chat: Readable<ChatListItem | null>;
  readonly timeline: Readable<Timeline>;
  /** Of a group, sorted by id; null: not loaded yet. They are loaded while somebody listens. */
  readonly members: Readable<readonly Member[] | null>;
  /** Who types now. */
  readonly typers: Readable<readonly number[]>;
  /** Why the chat can't be shown: NOT_FOUND, or another refusal that lasts; null: it can, or is being read. */
  readonly error: Readable<ChatError | null>;

  readonly #maker: TimelineMaker;
  readonly #cells: [parts: readonly string[], cell: { invalidate(): void }][] = [];
  #anchor: number | null = null;
  #loading: Timeline['loading'] = null;
  #pages = new Map<string, Promise<void>>();
  /** The place that was asked for last. */
  #wanted: number | 'newest' | null = null;
  #users = 0;
  #fault: ChatError | null = null;
  #membersUsed = false;
  #membersRead: Promise<void> | null = null;
  #typedAt = 0;
  #typingEnds: ReturnType<typeof setTimeout> | undefined;

  #id: number | null;
  readonly #parts: RoomParts;

  constructor(
    /** The chat; null: a direct chat that may not be there before the first message. */
    id: number | null,
    readonly userId: number | null,
    parts: RoomParts,
  ) {
    this.#id = id;
    this.#parts = parts;

    const { store } = parts;
    const cell = <T>(
      names: readonly string[],
      compute: (before: T | undefined) => T,
      used?: (used: boolean) => void,
    ) => {
      const made = new Cell<T>(store.batch, compute, used);
      this.#cells.push([names.map((name) => `${name}:${this.key}`), made]);
      return made;
    };
    this.#maker = new TimelineMaker(() => store.state.me?.id ?? 0);
    this.chat = cell(['item'], () => (this.chatId === null ? null : store.item(this.chatId)));
    this.timeline = cell(['messages', 'marks', 'item', 'outbox', 'view'], () =>
      this.#maker.of(
        this.#state,
        this.chat.get(),
        { anchor: this.#anchor, loading: this.#loading },
        parts.outbox.of(this.chatId, this.userId),
      ),
    );
    this.members = cell<readonly Member[] | null>(
      ['members'],
      () => {
        if (this.#membersUsed) queueMicrotask(() => this.#wantMembers());
        const known = this.#state?.members;
        return known ? [...known.values()].sort((one, other) => one.userId - other.userId) : null;
      },
      (used) => {
        this.#membersUsed = used;
        if (used) this.#wantMembers();
      },
    );
    this.typers = cell<readonly number[]>(['typing'], (before) => typersOf(this.#state, before));
    this.error = cell(['view'], () => this.#fault);
  }

  /** The chat's id; null: it is a direct chat that is not there yet. */
  get chatId(): number | null {
    if (this.#id === null && this.userId !== null)
      this.#id = this.#parts.store.directWith(this.userId)?.id ?? null;
    return this.#id;
  }

  /** What names it among the parts that change. */
  get key(): string {
    return this.userId === null ? String(this.#id) : `u${this.userId}`;
  }

  get #state(): ChatState | undefined {
    return this.chatId === null ? undefined : this.#parts.store.chat(this.chatId);
  }

  /** One more has it open. */
  use(): this {
    if (this.#users++ === 0) this.#parts.opened(this);
    this.ensure();
    return this;
  }

  /** One less has it open. The last one lets go of it, a moment later. */
  close(): void {
    if (this.#users > 0 && --this.#users === 0) this.#parts.closed(this);
  }

  get used(): boolean {
    return this.#users > 0;
  }

  /** No timer goes on. */
  stop(): void {
    clearTimeout(this.#typingEnds);
  }

  /** Hears of changes; `false`: nobody has it open, and nothing is to keep it. */
  listen(listens: boolean): void {
    if (!listens) this.stop();
    for (const [parts, cell] of this.#cells) {
      if (listens) this.#parts.store.add(parts, cell);
      else this.#parts.store.drop(parts, cell);
    }
  }

  // ---- reading ----

  /** Reads what has to be there for it to be shown: at the beginning, after a reset, with a new connection. */
  ensure(): void {
    if (!this.#parts.link.isLive || this.#users === 0) return;
    const { chatId } = this;
    if (chatId === null) return;
    if (this.#membersUsed) this.#wantMembers();
    if (this.#state && shownRange(this.#state, this.#anchor)) return;
    this.#once('open', () => this.#begin(chatId)).then(
      () => this.#said(null),
      (error: unknown) => {
        const fault = toChatError(error);
        // Without a connection it is opened with the next one.
        if (!UNKNOWN.has(fault.code)) this.#said(fault);
      },
    );
  }

  #said(fault: ChatError | null): void {
    this.#fault = fault;
    this.#parts.store.touched('view', this.key);
  }

  async #begin(chatId: number): Promise<void> {
    if (!this.#state) {
      await this.#parts.syncer.read(chatId);
      if (!this.#state) throw new ChatError({ code: 'NOT_FOUND' });
    }
    const { item } = this.#state;
    if (this.#anchor !== null) await this.#page({ around: this.#anchor });
    else if (item.unread > PAGE / 2) {
      // The first unread message: before it there may be nothing.
      this.#anchor = item.unreadSeq + 1;
      await this.#page({ around: this.#anchor });
    } else if (!liveRange(this.#state)) await this.#page({});
  }

  /** Reads the messages before those that are shown. */
  loadBefore(): Promise<void> {
    return this.#load('before', (range) => (range.from > 1 ? { before: range.from } : null));
  }

  /** Reads the messages after those that are shown, where it does not reach the newest. */
  loadAfter(): Promise<void> {
    return this.#load('after', (range) =>
      this.#state && range === liveRange(this.#state) ? null : { after: range.to },
    );
  }

  /** Shows another place: a seq, the newest messages, or the first unread one. */
  jumpTo(where: number | 'newest' | 'unread'): Promise<void> {
    const chat = this.#state;
    const seq = where === 'unread' ? (this.chat.get()?.unreadSeq ?? 0) + 1 : where;
    this.#wanted = seq;
    const there = chat && (seq === 'newest' ? liveRange(chat) : rangeAt(chat.ranges, seq));
    const show = () => {
      // Another place was asked for meanwhile: this answer changes nothing of what is shown.
      if (seq !== this.#wanted) return;
      this.#anchor = seq === 'newest' ? null : seq;
      this.#parts.store.touched('view', this.key);
    };
    if (there || !chat) {
      show();
      return Promise.resolve();
    }
    return quiet(
      this.#once(`jump ${seq}`, async () => {
        this.#turn('jump');
        await this.#page(seq === 'newest' ? {} : { around: seq });
        show();
        if (this.#state)
          this.#parts.store.apply.thin(this.#state, this.#anchor ?? this.#state.lastSeq, MOST_LOADED, PAGE);
      }),
    );
  }

  #load(
    direction: 'before' | 'after',
    input: (range: { from: number; to: number }) => { before?: number; after?: number } | null,
  ): Promise<void> {
    return quiet(
      this.#once(direction, async () => {
        const range = this.#state && shownRange(this.#state, this.#anchor);
        const asked = range && input(range);
        if (!range || !asked) return;
        // What is shown is known by a seq of it: the stretch may become another one meanwhile.
        if (this.#state && range !== liveRange(this.#state)) this.#anchor = range.from;
        this.#turn(direction);
        const edge = direction === 'before' ? range.from : range.to;
        await this.#page(asked);
        if (this.#state) this.#thin(this.#state, edge);
      }),
    );
  }

  /** A long scroll keeps what is near; where that parts it from the newest, it is shown by a seq of it from then on. */
  #thin(chat: ChatState, edge: number): void {
    this.#parts.store.apply.thin(chat, edge, MOST_LOADED, PAGE);
    this.#anchor = rangeAt(chat.ranges, edge) === liveRange(chat) ? null : edge;
    this.#parts.store.touched('view', this.key);
  }

  /** One at a time of each kind; the others get its promise. */
  #once(name: string, read: () => Promise<void>): Promise<void> {
    let running = this.#pages.get(name);
    if (!running) {
      running = this.#parts.link.again(read).finally(() => {
        this.#pages.delete(name);
        this.#turn(null);
      });
      this.#pages.set(name, running);
    }
    return running;
  }

  #turn(loading: Timeline['loading']): void {
    if (loading === this.#loading) return;
    this.#loading = loading;
    this.#parts.store.touched('view', this.key);
  }

  async #page(where: { before?: number; after?: number; around?: number }): Promise<void> {
    const { store, link } = this.#parts;
    const chat = this.#state;
    if (!chat) return;
    store.apply.reads(chat);
    let page: MessagesPage | null = null;
    try {
      page = await link.ask('getMessages', { chatId: chat.id, limit: PAGE, ...where });
    } catch (error) {
      if (error instanceof ChatError && error.code === 'NOT_FOUND') store.apply.forget(chat.id);
      throw error;
    } finally {
      store.apply.page(chat, page, where);
    }
  }

  #wantMembers(): void {
    const chat = this.#state;
    if (!chat || chat.members || this.#membersRead || !this.#parts.link.isLive) return;
    this.#membersRead = this.#parts.link
      .again(() => this.#readMembers(chat))
      .catch(() => undefined)
      .finally(() => (this.#membersRead = null));
  }

  async #readMembers(chat: ChatState): Promise<void> {
    for (let tries = 0; tries < 5; tries++) {
      const members: Member[] = [];
      const versions = new Set<number>();
      for (let more = true, after = 0; more;) {
        const page = await this.#parts.link.ask('getMembers', {
          chatId: chat.id,
          after,
          limit: MEMBERS_PAGE,
        });
        members.push(...page.members);
        versions.add(page.membersVersion);
        after = page.members.at(-1)?.userId ?? 0;
        ({ more } = page);
      }
      const [version = 0] = versions;
      // Somebody came or went between two pages: once more.
      if (versions.size === 1 && version >= chat.item.membersVersion) {
        this.#parts.store.apply.members(chat, members, version);
        return;
      }
    }
  }

  /** Who has seen and received the message with this seq. */
  receipts(seq: number): Seen {
    const marks = [...(this.#state?.marks ?? [])];
    return {
      seenBy: marks.filter(([, { readSeq }]) => readSeq >= seq).map(([userId]) => userId),
      deliveredTo: marks.filter(([, { deliveredSeq }]) => deliveredSeq >= seq).map(([userId]) => userId),
    };
  }

  // ---- doing: all of it at once, sent when it can be ----

  send(content: string, { replyTo, mentions, metadata }: SendOptions = {}): Sent {
    this.typing(false);
    const all = mentions === undefined ? metadata : { ...metadata, mentions };
    const { entry, answered } = this.#add('sendMessage', {
      ...this.#to,
      content,
      ...(replyTo === undefined ? {} : { replyToId: replyTo }),
      ...(all === undefined ? {} : { metadata: all }),
    });
    if (this.#anchor !== null) void this.jumpTo('newest');
    return { key: entry.id, stored: answered as Promise<Message> };
  }

  /** Changes the text of one's own message: `key` of a pending one, or the id of one that is stored. */
  edit(message: number | string, content: string): Promise<unknown> {
    if (typeof message === 'string') {
      if (this.#parts.outbox.edit(message, content)) return Promise.resolve();
      return Promise.reject(
        new ChatError({ code: 'CONFLICT', message: 'The message is already on its way.' }),
      );
    }
    return this.#add('editMessage', { messageId: message, content }).answered;
  }

  /** Deletes a message for everyone or for oneself. */
  delete(messageId: number, whom: 'everyone' | 'me' = 'everyone'): Promise<unknown> {
    return this.#add('deleteMessage', { messageId, for: whom }).answered;
  }

  react(messageId: number, emoji: string): Promise<unknown> {
    return this.#add('addReaction', { messageId, emoji }).answered;
  }

  unreact(messageId: number, emoji: string): Promise<unknown> {
    return this.#add('removeReaction', { messageId, emoji }).answered;
  }

  /** Everything up to this seq was seen. */
  seen(seq: number): void {
    const item = this.chat.get();
    // Marked as unread, it is behind what was seen.
    if (item && (seq > item.readSeq || seq > item.unreadSeq)) this.#add(SEEN, { seq });
  }

  /** From this message on everything counts as unread again. */
  unseen(messageId: number): Promise<unknown> {
    return this.#add('markAsUnread', { messageId }).answered;
  }

  /** To be called with each key; says so at most every three seconds, and that it has ended. */
  typing(typing = true): void {
    const { chatId } = this;
    this.stop();
    const was = this.#typedAt;
    if (typing) this.#typingEnds = setTimeout(() => this.typing(false), TYPING_ENDS_MS);
    if (typing ? Date.now() - was < TYPING_EVERY_MS : was === 0) return;
    this.#typedAt = typing ? Date.now() : 0;
    if (chatId !== null && this.#parts.link.isLive)
      void quiet(this.#parts.link.ask('typing', { chatId, typing }));
  }

  /** Until a time, `true` for good, or `false` not at all. */
  mute(until: Date | boolean): Promise<unknown> {
    const forGood = '9998-12-31T00:00:00.000Z';
    const mutedUntil = until === false ? null : until === true ? forGood : until.toISOString();
    return this.#add('updateMembership', { mutedUntil }).answered;
  }

  archive(archived = true): Promise<unknown> {
    return this.#add('updateMembership', { archived }).answered;
  }

  pin(pinned = true): Promise<unknown> {
    return this.#add('updateMembership', { pinned }).answered;
  }

  rename(title: string): Promise<unknown> {
    return this.#add('updateChat', { title }).answered;
  }

  #add(command: OutboxCommand, input: Record<string, unknown>): { entry: Entry; answered: Promise<unknown> } {
    const { chatId } = this;
    const ofChat = input.messageId === undefined || command === 'markAsUnread';
    const about = command !== 'sendMessage' && ofChat && chatId !== null ? { chatId } : {};
    return this.#parts.outbox.add(
      command,
      { ...about, ...input },
      { chatId, receiverId: chatId === null ? this.userId : null },
    );
  }

  addMembers(userIds: readonly number[]): Promise<unknown> {
    return this.#add('addMembers', { userIds }).answered;
  }

  removeMember(userId: number): Promise<unknown> {
    return this.#add('removeMember', { userId }).answered;
  }

  role(userId: number, role: 'admin' | 'member' | 'owner'): Promise<unknown> {
    return this.#add('setRole', { userId, role }).answered;
  }

  /** Empties the chat for this person, on all devices. Others see no difference. */
  clear(): Promise<unknown> {
    return this.#add('clearChat', {}).answered;
  }

  leave(): Promise<unknown> {
    return this.#add('leaveChat', {}).answered;
  }

  /** Sends a failed message again. */
  retry(key: string): void {
    this.#parts.outbox.retry(key);
  }

  discard(key: string): void {
    this.#parts.outbox.discard(key);
  }

  get #to(): { chatId: number } | { receiverId: number } {
    const { chatId } = this;
    return chatId === null ? { receiverId: this.userId! } : { chatId };
  }
}

/** A promise that nobody has to catch. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
