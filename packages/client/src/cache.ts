import type { ChatListItem, Message } from './contract.gen.js';
import { within } from './errors.js';
import type { Row, RowKind, Storage, StorageSession } from './storage/storage.js';
import { memory } from './storage/memory.js';
import type { Store } from './store/store.js';
import { chatOf, liveRange, type Mark, type Unread } from './store/state.js';

/** Milliseconds that changes are collected before they are written. */
const WRITE_EVERY_MS = 250;

/** Messages of each chat that are kept on the device; and chats of which they are. Of the others the item is. */
export const KEPT = 50;
export const KEPT_CHATS = 50;

/** Tombstones of each chat that are kept: of the messages that were hidden last. */
const MOST_HIDDEN = 500;

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
  used: number;
}

interface KeptMeta {
  format: number;
  since: string | null;
  unread: Unread;
}

/** Milliseconds that a storage has to open; beyond them it is lost. */
const OPEN_MS = 5_000;

/** Where it is written now: what was opened, or memory since that has failed. */
interface Kept {
  at: StorageSession;
}

/**
 * What a device keeps of one account. Written behind: the rows of everything that has changed, in one write. If the storage
 * fails, it is kept in memory from then on, and `lost` is told once.
 */
export class Cache {
  /** When the chats that have messages here were last used, in milliseconds; 0: they came by themselves. */
  readonly recent = new Map<number, number>();
  #kept: Kept | null = null;
  #leads = false;
  readonly #dirty = new Map<string, { kind: RowKind; key: string; value: () => unknown }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  readonly #storage: Storage;
  readonly #store: Store;
  readonly #lost: (error: unknown) => void;

  constructor(storage: Storage, store: Store, lost: (error: unknown) => void) {
    this.#storage = storage;
    this.#store = store;
    this.#lost = lost;
  }

  /**
   * Opens what is kept of an account, and puts it into the store. `leads`: this tab writes chats.
   *
   * @returns what waited to be sent, and drafts
   */
  async open(scope: string, leads: boolean): Promise<{ outbox: unknown[]; drafts: [string, unknown][] }> {
    this.close();
    this.#leads = leads;
    try {
      const { session, meta, chats, outbox, drafts } = await this.#within(scope, rowsOf);
      if (meta?.format === FORMAT) this.#restore(meta, chats);
      // From now on changes are written: what was just read need not be.
      this.#kept = { at: session };
      return { outbox, drafts };
    } catch (error) {
      this.#lost(error);
      this.#kept = { at: await memory().open(scope) };
      return { outbox: [], drafts: [] };
    } finally {
      // What was written before it was known whose it is.
      void this.flush();
    }
  }

  /** Opens it for `work`, in a few seconds. It is closed where that fails, also where it opens later. */
  async #within<T>(scope: string, work: (session: StorageSession) => Promise<T>): Promise<T> {
    const opening = (async () => this.#storage.open(scope))();
    try {
      return await within(OPEN_MS, opening.then(work));
    } catch (error) {
      opening.then((session) => session.close()).catch(() => undefined);
      throw error;
    }
  }

  /** This tab writes chats from now on: all that it knows, as another may have known less. */
  lead(): void {
    this.#leads = true;
    for (const id of this.#store.state.chats.keys()) this.changed(id);
  }

  /** What is kept of a kind now, by whichever tab. */
  async rows(kind: RowKind): Promise<[key: string, value: unknown][]> {
    try {
      return (await this.#kept?.at.rows(kind)) ?? [];
    } catch (error) {
      this.#lost(error);
      return [];
    }
  }

  /** A row has changed; `value` is read when it is written, undefined: it goes. */
  write(kind: RowKind, key: string, value: () => unknown): void {
    this.#dirty.set(`${kind}:${key}`, { kind, key, value });
    if (this.#kept)
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.flush();
      }, WRITE_EVERY_MS);
  }

  /** What is kept of a chat has changed; null: of all of them. */
  changed(chatId: number | null): void {
    if (!this.#kept || !this.#leads) return;
    if (chatId !== null) this.write('chat', String(chatId), () => this.#keep(chatId));
    const { state } = this.#store;
    this.write('meta', 'state', (): KeptMeta => ({
      format: FORMAT,
      since: state.since,
      unread: state.unread,
    }));
  }

  /** Writes what has changed; ends when it is written. What has changed before it is open waits. */
  async flush(): Promise<void> {
    const kept = this.#kept;
    if (kept && this.#dirty.size > 0) {
      const rows: Row[] = [...this.#dirty.values()].map((row) => ({ ...row, value: row.value() }));
      this.#dirty.clear();
      this.#writing = this.#writing
        .then(() => kept.at.write(rows))
        .catch(async (error: unknown) => {
          this.#lost(error);
          kept.at.close();
          kept.at = await memory().open('');
          await kept.at.write(rows);
        })
        // It can't be kept at all.
        .catch(() => undefined);
    }
    await this.#writing;
  }

  /** What has changed is not written: it was deleted elsewhere. */
  discard(): void {
    this.#dirty.clear();
  }

  async clear(): Promise<void> {
    this.discard();
    await this.#writing;
    await this.#kept?.at.clear().catch(this.#lost);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kept = this.#kept;
    const written = this.flush();
    this.#kept = null;
    if (kept) void written.finally(() => kept.at.close());
  }

  /** A small thing of its own, beside what is kept of accounts; null: none is kept. What fails is as if it were not. */
  async note(scope: string, key: string, value?: string | null): Promise<string | null> {
    try {
      const { session, rows } = await this.#within(scope, async (session) => {
        if (value !== undefined) await session.write([{ kind: 'meta', key, value: value ?? undefined }]);
        return { session, rows: await session.rows('meta') };
      });
      session.close();
      const row = rows.find(([name]) => name === key);
      return row ? String(row[1]) : null;
    } catch {
      return null;
    }
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
      hidden: [...chat.hidden].slice(-MOST_HIDDEN),
      cleared: chat.cleared,
      clearedSeq: chat.clearedSeq,
      marks: [...chat.marks],
      used: this.recent.get(chatId) ?? 0,
    };
  }

  #restore({ since, unread }: KeptMeta, chats: readonly [string, unknown][]): void {
    const { state } = this.#store;
    Object.assign(state, { since, unread });
    const rows = chats
      .map(([, value]) => value as KeptChat)
      .filter(({ format, item }) => format === FORMAT && !state.chats.has(item.id))
      .sort(
        (one, other) =>
          other.used - one.used || (one.item.lastActivityAt < other.item.lastActivityAt ? 1 : -1),
      );
    for (const kept of rows) {
      const { cleared, clearedSeq } = kept;
      const chat = Object.assign(chatOf({ ...kept.item }, kept.version), { cleared, clearedSeq });
      const { from, to, messages } = kept;
      // An empty stretch costs nothing, and says that there are no messages.
      if (to >= 0 && (messages.length === 0 || this.recent.size < KEPT_CHATS)) {
        chat.ranges = [{ from, to, messages }];
        for (const { id, seq } of messages) chat.seqs.set(id, seq);
        if (messages.length > 0) this.recent.set(chat.id, kept.used);
      }
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

async function rowsOf(session: StorageSession) {
  const [meta] = await session.rows('meta');
  const chats = await session.rows('chat');
  const outbox = (await session.rows('outbox')).map(([, entry]) => entry);
  const drafts = await session.rows('draft');
  return { session, meta: meta?.[1] as KeptMeta | undefined, chats, outbox, drafts };
}
