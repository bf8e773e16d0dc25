import type { Connection } from './connection.js';
import type { Synced } from './contract.gen.js';
import type { Store } from './store/store.js';

/** Larger than any version: names a chat of which the newest state is wanted, whatever has changed. */
const ANY = Number.MAX_SAFE_INTEGER;

/** Most chats that one call names. The others are found by their activity. */
const MOST_NAMED = 5_000;

/** Chats that are shown first when nothing is here yet. */
const FIRST_CHATS = 50;

/** Messages that come with a chat that is new here, or has changed too much. */
const NEW_MESSAGES = 30;

/** Reads what was missed (docs/guides/sync.md): never twice at once, and again if it was asked for meanwhile. */
export class Syncer {
  #running: Promise<void> | null = null;
  #again: Promise<void> | null = null;
  readonly #fresh = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #store: Store;
  readonly #link: Connection;
  readonly #failed: (error: unknown) => void;

  /** `failed` hears that a wish could not be fulfilled: the connection is not to be trusted. */
  constructor(store: Store, link: Connection, failed: (error: unknown) => void) {
    this.#store = store;
    this.#link = link;
    this.#failed = failed;
  }

  /** Something is missing. */
  wish(): void {
    this.run().catch(this.#failed);
  }

  /** The server says that something may be missing: at a random moment, so that not everybody asks at once. */
  wishWithin(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.wish();
    }, Math.random() * ms);
  }

  /** Reads a chat that is not here, or that is here without messages, as it is now. */
  read(chatId: number): Promise<void> {
    this.#fresh.add(chatId);
    return this.run();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Ends when everything is here that was there when it was called. */
  run(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#all().finally(() => (this.#running = null));
      return this.#running;
    }
    this.#again ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#again = null;
        return this.run();
      });
    return this.#again;
  }

  async #all(): Promise<void> {
    this.#store.apply.hold();
    try {
      await this.#pages();
    } finally {
      this.#store.apply.release();
    }
  }

  async #pages(): Promise<void> {
    if (this.#store.state.since === null && this.#store.state.chats.size === 0) await this.#first();
    for (let more = true; more;) {
      const wanted = [...this.#fresh];
      const answer = await this.#once(wanted);
      for (const id of wanted) this.#fresh.delete(id);
      this.#store.apply.sync(answer);
      for (const { chat, more } of answer.chats) {
        // Nobody looks at its messages: its newest state is enough.
        if (more && this.#store.chat(chat.id)?.ranges.length === 0) this.#fresh.add(chat.id);
      }
      ({ more } = answer);
    }
  }

  #once(wanted: readonly number[]): Promise<Synced> {
    const { chats, since } = this.#store.state;
    const versions: Record<string, number> = {};
    for (const [id, { version }] of [...chats].slice(-MOST_NAMED + wanted.length)) versions[id] = version;
    for (const id of wanted) versions[id] = ANY;
    const others = since === null ? 'none' : 'changed';
    const messages = since === null ? 0 : NEW_MESSAGES;
    return this.#link.ask('sync', { versions, ...(since === null ? {} : { since }), others, messages });
  }

  /** Without anything kept: the beginning of the list, and all pinned chats. */
  async #first(): Promise<void> {
    for (const filter of ['pinned', 'inbox'] as const) {
      const page = await this.#link.ask('getChats', { filter, limit: FIRST_CHATS, page: true });
      this.#store.apply.list('chats' in page ? page.chats : page);
    }
  }
}
