import type { Auth } from './auth.js';
import { Cache } from './cache.js';
import { Connection, type ConnectionView } from './connection.js';
import type { Account, ChatEvent, Commands, Events, Message, Presence, Ready, User } from './contract.gen.js';
import { ChatError, toChatError, within } from './errors.js';
import { eventsOf } from './events.js';
import { Gaps } from './gaps.js';
import { chatList, type ChatList } from './lists.js';
import { type Entry, Outbox, SEEN } from './outbox.js';
import { type Watch, watchPage } from './page.js';
import { People } from './people.js';
import { Receipts } from './receipts.js';
import type { Room } from './room.js';
import { Rooms } from './rooms.js';
import { memory } from './storage/memory.js';
import type { Storage } from './storage/storage.js';
import type { Cell, Readable } from './store/readable.js';
import { emptyState, type Unread } from './store/state.js';
import { type ChatFilter, Store } from './store/store.js';
import { changedItem } from './store/timeline.js';
import { Syncer } from './sync.js';
import { Tabs, type TabNews } from './tabs.js';
import { socketIo, type SocketIoOptions } from './transport/socket-io.js';
import type { Transport } from './transport/transport.js';

/** Milliseconds that a command waits to be written on this device before it is sent; not longer, as a disk may hang. */
const WRITE_MS = 1_000;

/** How long a draft stays. */
const DRAFTS_MS = 30 * 24 * 3_600_000;

/** Commands that show in the list before they are answered. */
const OF_ITEMS = /^(update|markAs)/;

export interface ChatOptions {
  /** Where the server is. In a browser: by default where the page comes from. */
  url?: string;
  /** Who this is: `asUser`, `withTokens`. */
  auth: Auth;
  /** Where things are kept on this device. By default in memory. */
  storage?: Storage;
  /** What tells whether the page or the app is in front. By default the browser's page. */
  watch?: Watch;
  /** Whether to say by itself that messages have been received. By default yes. */
  delivered?: boolean;
  /** Options for Socket.IO. */
  socket?: SocketIoOptions;
  /**
   * When listeners hear of what has changed: it calls what it is given once, later. By default in a microtask; a page that
   * draws once a frame takes `requestAnimationFrame`, with a timer for the time in which it is hidden.
   */
  schedule?: (tell: () => void) => void;
  /** Another transport, for tests. */
  transport?: Transport;
}

/** An event of the server: `name` says which, and so what `body` is. */
export type ServerEvent = { [N in keyof Events]: { name: N; body: Events[N] } }[keyof Events];

export interface ChatEvents {
  /** A message of somebody else, after the store has it. */
  message: Message;
  /** The same, if it mentions this person. */
  mention: Message;
  /** Whatever the server tells, after the store has it: for parts that keep more than the store does. */
  event: ServerEvent;
  /** An event of the application (`sendEvent`). */
  chatEvent: ChatEvent;
  /** The server refuses this person, also with a new token. */
  signedOut: ChatError;
  /** The storage failed: from now on everything is kept in memory. */
  storageLost: unknown;
  /** Something went wrong that no call has to answer for. */
  error: ChatError;
}

/** One person's chats: a store that ends equal to the database, and everything that can be done in it. */
export class ChatClient {
  readonly connection: Readable<ConnectionView>;
  readonly me: Readable<Account | null>;
  readonly unread: Readable<Unread>;
  /** What waits to be sent, or was refused. */
  readonly outbox: Readable<readonly Entry[]>;

  readonly #store: Store;
  readonly #link: Connection;
  readonly #syncer: Syncer;
  readonly #waiting: Outbox;
  readonly #gaps: Gaps;
  readonly #marks: Receipts;
  readonly #people: People;
  readonly #cache: Cache;
  readonly #rooms: Rooms;
  readonly #lists = new Map<ChatFilter, ChatList>();
  readonly #listeners = new Map<keyof ChatEvents, Set<(event: never) => void>>();
  readonly #drafts = new Map<string, string>();
  readonly #url: string;
  #tabs: Tabs | null = null;
  #account: string | null = null;
  #noted: string | null = null;
  #opened: Promise<void> | null = null;
  #unwatch: (() => void) | null = null;

  readonly #options: ChatOptions;

  constructor(options: ChatOptions) {
    this.#options = options;

    this.#url = options.url ?? (typeof location === 'undefined' ? 'http://localhost:3000' : location.origin);
    this.#store = new Store(
      {
        stored: (message) => this.#waiting.stored(message),
        missing: () => this.#link.isConnected && this.#syncer.wish(),
        gap: (chat) => this.#gaps.watch(chat),
        applied: (chatId, version) => {
          this.#waiting.applied(chatId, version);
          this.#cache.changed(chatId);
          this.#rooms.tidy(chatId);
        },
        gone: (chatId, perhapsCleared) => {
          this.#waiting.gone(chatId, perhapsCleared);
          this.#marks.forget(chatId);
        },
        changed: (chatId) => this.#cache.changed(chatId),
        reset: (chatId) => this.#rooms.of(chatId).forEach((room) => queueMicrotask(() => room.ensure())),
        arrived: (message, mentioned) => {
          if (this.#options.delivered !== false) this.#marks.markDelivered(message.chatId, message.seq);
          this.#emit('message', message);
          if (mentioned) this.#emit('mention', message);
        },
      },
      (chat) => changedItem(chat, this.#waiting.of(chat.id, null), this.#store.state.me?.id),
      options.schedule,
    );
    const store = this.#store;
    this.#link = new Connection({
      transport: options.transport ?? socketIo(this.#url, options.socket),
      auth: options.auth,
      batch: store.batch,
      ready: (ready) => this.#ready(ready),
      catchUp: () => this.#syncer.run(),
      live: () => this.#live(),
      event: (name, body) => this.#heard(name as keyof Events, body),
      signedOut: (error) => {
        // The next one may be somebody else.
        void this.#note(null);
        this.#emit('signedOut', error);
      },
    });
    const link = this.#link;
    this.#syncer = new Syncer(store, link, (error) => this.#failed(error));
    this.#waiting = new Outbox({
      ask: (command, input) => link.ask(command, input),
      heard: (command, answer) => this.#answered(command, answer),
      tab: () => this.#tabs?.id ?? '',
      isLive: () => link.isLive,
      versionOf: (chatId) => store.chat(chatId)?.version ?? null,
      directWith: (userId) => store.directWith(userId)?.id ?? null,
      changed: (entry, kept) => this.#entryChanged(entry, kept),
      written: () => within(WRITE_MS, this.#cache.flush()).catch(() => undefined),
      unauthenticated: () => this.#link.renew(),
    });
    this.#gaps = new Gaps(
      (chatId) => this.#waiting.waits(chatId),
      () => link.isConnected && this.#syncer.wish(),
    );
    this.#marks = new Receipts({
      link,
      heard: (command, answer) => this.#answered(command, answer),
      readSeq: (chatId) => store.item(chatId)?.readSeq ?? 0,
    });
    this.#people = new People(store, link);
    this.#cache = new Cache(options.storage ?? memory(), store, (error) => this.#emit('storageLost', error));
    this.#rooms = new Rooms({ store, outbox: this.#waiting, syncer: this.#syncer, link }, this.#cache);
    this.connection = this.#link.status;
    this.me = store.cell(['me'], () => store.state.me);
    this.unread = store.cell(['unread', 'outbox'], () => store.unread(this.#waiting.marked()));
    this.outbox = store.cell<readonly Entry[]>(['outbox'], () =>
      this.#waiting
        .all()
        .filter(({ command, status }) => command !== SEEN && status !== 'sent')
        .map((entry) => ({ ...entry })),
    );
  }

  // ---- lifetime ----

  /** Connects, and stays connected. Returns at once; what this device has kept is there before the server answers. */
  start(): void {
    const link = this.#link;
    this.#unwatch ??= (this.#options.watch ?? watchPage)({
      shown: () => link.shown(),
      hidden: () => {
        link.hidden();
        void this.#cache.flush();
      },
      online: () => link.wake(),
    });
    void this.#before().then(() => {
      // Stopped again before it began.
      if (this.#unwatch) link.start();
    });
  }

  /** Who it was the last time; where an account is given, it is; null: it is forgotten. */
  async #note(account?: string | null): Promise<string | null> {
    const { auth } = this.#options;
    if (auth.account === undefined) this.#noted = await this.#cache.note(this.#url, auth.name ?? '', account);
    return this.#noted;
  }

  /**
   * Opens what is kept of whom this is, or was the last time: the server will say whether it still is. `ends`: also where it
   * was never started, or is stopped.
   */
  async #before(ends = false): Promise<void> {
    const { account } = this.#options.auth;
    const known =
      typeof account === 'function'
        ? await account().catch(() => undefined)
        : (account ?? (await this.#note()));
    if (known && !this.#opened && (ends || this.#unwatch)) await this.#openAs(known);
  }

  /** Ends the connection. What is kept on this device stays. */
  stop(): void {
    this.#unwatch?.();
    this.#unwatch = null;
    this.#link.stop();
    this.#gaps.clear();
    this.#syncer.stop();
    this.#marks.stop();
    this.#waiting.stop();
    this.#rooms.stop();
    this.#people.stop();
    this.#cache.close();
    this.#tabs?.close();
    this.#tabs = null;
    this.#opened = null;
  }

  /** Ends the connection, and deletes what this device has kept. */
  async signOut(): Promise<void> {
    this.#link.stop();
    // Who it was is known as long as they are signed in.
    await this.#before(true);
    await this.#opened;
    await this.#note(null);
    await this.#cache.clear();
    this.#tabs?.tell({ kind: 'signedOut' });
    this.stop();
    this.#forgetAll();
    await this.#options.auth.signOut?.();
  }

  // ---- what can be read ----

  chats(filter: ChatFilter = 'inbox'): ChatList {
    let list = this.#lists.get(filter);
    if (!list) this.#lists.set(filter, (list = chatList(this.#store, this.#link, filter)));
    return list;
  }

  /** Opens a chat. Each call wants a `close` of its own. */
  open(chatId: number): Room {
    return this.room({ chatId, userId: null }).use();
  }

  /** Opens the direct chat with a user. It is made by its first message. */
  openDirect(userId: number): Room {
    return this.room({ chatId: null, userId }).use();
  }

  /** A chat, or the direct chat with a user, that is not opened by it: nothing is read before somebody opens it. */
  room({
    chatId,
    userId,
  }: { chatId: number; userId: null } | { chatId: number | null; userId: number | null }): Room {
    return this.#rooms.get(chatId, userId);
  }

  /** What a user is called. It is asked for when somebody listens. */
  user(id: number): Readable<User | null> {
    return this.#people.user(id);
  }

  /** Whether a user is online. The server tells it while somebody listens. */
  presence(id: number): Readable<Presence | null> {
    return this.#people.presence(id);
  }

  /** Who types now in a chat, or in the direct chat with a user. It opens nothing: a list of chats shows it for each. */
  typing(where: number | { direct: number }): Readable<readonly number[]> {
    return this.#people.typing(where);
  }

  /** What was begun to be written in a chat: it stays on this device until it is sent. */
  draft(chatId: number | string): Readable<string> & { set: (text: string) => void } {
    const store = this.#store;
    const key = String(chatId);
    const parts = [`drafts:${key}`];
    const get = () => this.#drafts.get(key) ?? '';
    return {
      get,
      // Only as long as somebody listens: each chat that was opened would stay for ever.
      subscribe: (listener) => {
        const cell: Cell<string> = store.cell(parts, get, (used) => {
          if (!used) store.drop(parts, cell);
        });
        return cell.subscribe(listener);
      },
      set: (text) => {
        this.#drafted(key, text);
        const kept = text === '' ? undefined : { text, at: Date.now() };
        this.#cache.write('draft', key, () => kept);
        this.#tabs?.tell({ kind: 'draft', key, text });
      },
    };
  }

  /** Milliseconds since 1970 by the server's clock. */
  now(): number {
    return Date.now() + this.#store.state.offset;
  }

  // ---- what can be done ----

  /**
   * Any command of the protocol. What it changes is in the store when its answer is here.
   *
   * @throws ChatError
   */
  async call<C extends keyof Commands>(
    command: C,
    input: Commands[C]['input'],
  ): Promise<Commands[C]['result']> {
    const answer = await this.#link.ask(command, input);
    this.#answered(command, answer);
    return answer;
  }

  /** Sends a refused entry of the outbox again; `discard` gives it up. */
  retry(id: string): void {
    this.#waiting.retry(id);
  }

  retryAll(): void {
    this.#waiting.retryAll();
  }

  discard(id: string): void {
    this.#waiting.discard(id);
  }

  /** @returns the way to end it */
  on<E extends keyof ChatEvents>(event: E, listener: (payload: ChatEvents[E]) => void): () => void {
    const own = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, own.add(listener));
    return () => own.delete(listener);
  }

  /** Ends when everything that has changed is written on this device. */
  flush(): Promise<void> {
    return this.#cache.flush();
  }

  // ---- inside ----

  #emit<E extends keyof ChatEvents>(event: E, payload: ChatEvents[E]): void {
    // After the store has everything, as listeners of it hear it.
    queueMicrotask(() => {
      for (const listener of [...(this.#listeners.get(event) ?? [])]) {
        try {
          (listener as (payload: ChatEvents[E]) => void)(payload);
        } catch (error) {
          setTimeout(() => {
            throw error;
          });
        }
      }
    });
  }

  async #openAs(account: string): Promise<void> {
    if (this.#account !== account && this.#account !== null) {
      // What is kept of the one before stays theirs.
      this.#cache.close();
      this.#forgetAll();
      this.#opened = null;
    }
    this.#account = account;
    this.#opened ??= this.#restore(`${this.#url}#${account}`);
    await this.#opened;
  }

  async #restore(scope: string): Promise<void> {
    this.#tabs?.close();
    const tabs = new Tabs(scope, (news) => this.#heardOf(news));
    this.#tabs = tabs;
    const leads = await tabs.leads(() => this.#cache.lead());
    const { outbox, drafts } = await this.#cache.open(scope, leads);
    if (this.#tabs !== tabs) return this.#cache.close();
    for (const [key, kept] of drafts) {
      if (this.#drafts.has(key)) continue;
      const { text, at } = kept as { text: string; at: number };
      // Older versions kept the text alone: it is of now.
      if (typeof kept === 'string') this.draft(key).set(kept);
      else if (Date.now() - at > DRAFTS_MS) this.#cache.write('draft', key, () => undefined);
      else this.#drafted(key, text);
    }
    this.#waiting.restore([]);
    this.#adopt((outbox as Entry[]).map(({ tab }) => tab));
  }

  /** What a tab leaves is read when it is gone: until then it sends, or adds to it. */
  #adopt(owners: readonly string[]): void {
    const tabs = this.#tabs;
    tabs?.when(owners, async (tab) => {
      if (this.#tabs !== tabs) return;
      const left = (await this.#cache.rows('outbox')).map(([, entry]) => entry as Entry);
      this.#waiting.restore(left.filter((entry) => entry.tab === tab));
      await this.#cache.flush();
    });
  }

  #heardOf(news: TabNews): void {
    if (news.kind === 'draft') this.#drafted(news.key, news.text);
    else if (news.kind === 'waits') this.#adopt([news.tab]);
    else {
      this.#cache.discard();
      this.stop();
      this.#forgetAll();
      this.#emit('signedOut', new ChatError({ code: 'CLOSED', message: 'Signed out in another tab.' }));
    }
  }

  #drafted(key: string, text: string): void {
    if (text === '') this.#drafts.delete(key);
    else this.#drafts.set(key, text);
    this.#store.touched('drafts', key);
  }

  async #ready({ user, now }: Ready): Promise<void> {
    const account = String(user.id);
    await this.#openAs(account);
    if (account !== this.#noted) void this.#note(account);
    const { state } = this.#store;
    state.me = user;
    state.offset = Date.parse(now) - Date.now();
    this.#store.touched('me');
  }

  #live(): void {
    this.#waiting.live();
    this.#marks.live();
    this.#people.live();
    for (const room of this.#rooms.all()) room.ensure();
    if (this.#options.delivered === false) return;
    const me = this.#store.state.me?.id;
    for (const { id, item } of this.#store.state.chats.values())
      if (item.unread > 0 && item.lastMessage && item.lastMessage.senderId !== me)
        this.#marks.markDelivered(id, item.lastSeq);
  }

  #heard(name: keyof Events, body: unknown): void {
    if (name === 'syncNeeded') {
      this.#syncer.wishWithin((body as Events['syncNeeded']).withinMs);
      this.#people.live();
      return;
    }
    this.#store.apply.hear(name, body as never);
    this.#emit('event', { name, body } as ServerEvent);
    if (name === 'chatEvent') this.#emit(name, body as ChatEvent);
    if (name === 'userTyping') this.#people.typed(body as Events['userTyping']);
  }

  #answered(command: keyof Commands, answer: unknown): void {
    for (const [name, body] of eventsOf(command, answer)) this.#heard(name, body);
    if (command !== SEEN) return;
    // What is shown already is so; the server's own count comes later, or has come.
    const { chatId } = answer as Events['messageSeen'];
    const item = this.#store.item(chatId);
    if (item) this.#store.apply.hear('unreadCount', item as never);
  }

  #entryChanged(entry: Entry, kept: boolean): void {
    this.#store.touched('outbox');
    const chatId =
      entry.chatId ?? (entry.receiverId === null ? null : this.#store.directWith(entry.receiverId)?.id);
    if (chatId != null) {
      this.#store.touched('outbox', chatId);
      if (OF_ITEMS.test(entry.command)) this.#store.touched('item', chatId);
    }
    if (entry.receiverId !== null) this.#store.touched('outbox', `u${entry.receiverId}`);
    // What was answered needs no other try; without its version it would only be shown a little too long.
    this.#cache.write('outbox', entry.id, () =>
      kept && this.#waiting.get(entry.id) ? { ...entry } : undefined,
    );
    if (kept) this.#tabs?.waits();
  }

  #failed(error: unknown): void {
    const fault = toChatError(error);
    if (fault.code !== 'CLOSED' && fault.code !== 'OFFLINE') this.#emit('error', fault);
    if (this.#link.isLive) void this.#link.probe();
  }

  #forgetAll(): void {
    this.#account = null;
    this.#cache.discard();
    this.#cache.recent.clear();
    Object.assign(this.#store.state, emptyState());
    this.#waiting.clear();
    for (const key of this.#drafts.keys()) this.#drafted(key, '');
    for (const part of ['me', 'list', 'unread', 'outbox'] as const) this.#store.touched(part);
    for (const room of this.#rooms.all()) this.#store.touched('view', room.key);
  }
}

/** A client for one person. Nothing happens before `start`. */
export function createChat(options: ChatOptions): ChatClient {
  return new ChatClient(options);
}
