import type { ChatListItem, Message } from './contract.gen.js';
import type { Row, RowKind, Storage, StorageSession } from './storage/storage.js';
import { memory } from './storage/memory.js';
import type { Store } from './store/store.js';
import { chatOf, liveRange, type Mark, type Unread } from './store/state.js';

/** Milliseconds that changes are collected before they are written. */
const WRITE_EVERY_MS = 250;

/** Messages of each chat that are kept on the device. */
const KEPT = 50;

/** Rises when rows look different. Other rows are dropped, but not what waits in the outbox. */
const FORMAT = 3;

interface KeptChat {
  format: number;
  item: ChatListItem;
  version: number;
  from: number;
  to: number;
  messages: Message[];
  hidden: [number, { seq: number; unread: boolean } | null][];
  cleared: boolean;
  clearedSeq: number;
  marks: [number, Mark][];
}

interface KeptMeta {
  format: number;
  since: string | null;
  unread: Unread;
}

/**
 * What a device keeps of one account. Written behind: the rows of everything that has changed, in one write. If the storage
 * fails, it is kept in memory from then on, and `lost` is told once.
 */
export class Cache {
  #session: StorageSession | null = null;
  readonly #dirty = new Map<string, { kind: RowKind; key: string; value: () => unknown }>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #writing: Promise<void> = Promise.resolve();

  readonly #storage: Storage;
  readonly #store: Store;
  readonly #lost: (error: unknown) => void;

  constructor(storage: Storage, store: Store, lost: (error: unknown) => void) {
    this.#storage = storage;
    this.#store = store;
    this.#lost = lost;
  }

  /** Opens what is kept of an account, and puts it into the store. @returns what waited to be sent, and drafts */
  async open(scope: string): Promise<{ outbox: unknown[]; drafts: [string, unknown][] }> {
    this.close();
    try {
      const session = await this.#storage.open(scope);
      const [meta] = await session.rows('meta');
      const kept = meta?.[1] as KeptMeta | undefined;
      if (kept?.format === FORMAT) this.#restore(kept, await session.rows('chat'));
      // From now on changes are written: what was just read need not be.
      this.#session = session;
      const outbox = (await session.rows('outbox')).map(([, value]) => value);
      return { outbox, drafts: await session.rows('draft') };
    } catch (error) {
      await this.#fall(error, scope);
      return { outbox: [], drafts: [] };
    }
  }

  /** What is kept of a kind now, by whichever tab. */
  async read(kind: RowKind): Promise<unknown[]> {
    try {
      return ((await this.#session?.rows(kind)) ?? []).map(([, value]) => value);
    } catch (error) {
      this.#lost(error);
      return [];
    }
  }

  /** A row has changed; `value` is read when it is written, undefined: it goes. */
  write(kind: RowKind, key: string, value: () => unknown): void {
    this.#dirty.set(`${kind}:${key}`, { kind, key, value });
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.flush();
    }, WRITE_EVERY_MS);
  }

  /** What is kept of a chat has changed; null: of all of them. */
  changed(chatId: number | null): void {
    if (!this.#session) return;
    if (chatId !== null) this.write('chat', String(chatId), () => this.#keep(chatId));
    const { state } = this.#store;
    this.write('meta', 'state', (): KeptMeta => ({
      format: FORMAT,
      since: state.since,
      unread: state.unread,
    }));
  }

  /** Writes what has changed; ends when it is written. */
  flush(): Promise<void> {
    const session = this.#session;
    const rows: Row[] = [...this.#dirty.values()].map(({ kind, key, value }) => ({
      kind,
      key,
      value: value(),
    }));
    this.#dirty.clear();
    if (!session || rows.length === 0) return this.#writing;
    this.#writing = this.#writing
      .then(() => session.write(rows))
      .catch((error: unknown) => this.#fall(error, 'lost', rows));
    return this.#writing;
  }

  /** What has changed is not written: it was deleted elsewhere. */
  discard(): void {
    this.#dirty.clear();
  }

  async clear(): Promise<void> {
    this.discard();
    await this.#session?.clear().catch(this.#lost);
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    void this.flush();
    const session = this.#session;
    this.#session = null;
    if (session) void this.#writing.finally(() => session.close());
  }

  async #fall(error: unknown, scope: string, rows: readonly Row[] = []): Promise<void> {
    this.#lost(error);
    this.#session = await memory().open(scope);
    await this.#session.write(rows);
  }

  #keep(chatId: number): KeptChat | undefined {
    const chat = this.#store.chat(chatId);
    if (!chat) return undefined;
    const live = liveRange(chat);
    const messages = live?.messages.slice(-KEPT) ?? [];
    const whole = live !== undefined && messages.length === live.messages.length;
    return {
      format: FORMAT,
      item: { ...chat.item, lastSeq: chat.lastSeq },
      version: chat.version,
      from: whole ? live.from : (messages[0]?.seq ?? 0),
      to: live?.to ?? -1,
      messages,
      hidden: [...chat.hidden],
      cleared: chat.cleared,
      clearedSeq: chat.clearedSeq,
      marks: [...chat.marks],
    };
  }

  #restore({ since, unread }: KeptMeta, chats: readonly [string, unknown][]): void {
    const { state } = this.#store;
    Object.assign(state, { since, unread });
    for (const [, value] of chats) {
      const kept = value as KeptChat;
      if (kept.format !== FORMAT || state.chats.has(kept.item.id)) continue;
      const { cleared, clearedSeq } = kept;
      const chat = Object.assign(chatOf({ ...kept.item }, kept.version), { cleared, clearedSeq });
      if (kept.to >= 0) chat.ranges = [{ from: kept.from, to: kept.to, messages: kept.messages }];
      for (const { id, seq } of kept.messages) chat.seqs.set(id, seq);
      for (const [id, what] of kept.hidden) chat.hidden.set(id, what);
      for (const [userId, mark] of kept.marks) chat.marks.set(userId, mark);
      this.#store.apply.kept(chat);
      this.#store.touched('item', chat.id);
      this.#store.touched('messages', chat.id);
    }
    this.#store.touched('list');
    this.#store.touched('unread');
  }
}
