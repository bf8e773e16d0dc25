import type { Events, Presence, User } from './contract.gen.js';
import type { Connection } from './connection.js';
import { toChatError, UNKNOWN } from './errors.js';
import type { Readable } from './store/readable.js';
import { typersOf } from './store/state.js';
import type { Store } from './store/store.js';

/** Most users of one question, and most who are watched. */
const MOST_ASKED = 200;
const MOST_WATCHED = 500;

/** Names and presence of people: asked for together, kept, and watched while somebody looks. And who types. */
export class People {
  readonly #unknown = new Set<number>();
  readonly #watched = new Set<number>();
  readonly #typing = new Set<ReturnType<typeof setTimeout>>();
  #fetching = false;
  #watching: Promise<void> | null = null;

  readonly #store: Store;
  readonly #link: Connection;

  constructor(store: Store, link: Connection) {
    this.#store = store;
    this.#link = link;
  }

  user(id: number): Readable<User | null> {
    return this.#store.named<User | null>(
      `users:${id}`,
      () => this.#store.state.users.get(id) ?? null,
      (used) => {
        // One id that no user can have would have the whole question refused.
        if (!used || id <= 0 || this.#store.state.users.has(id)) return;
        this.#unknown.add(id);
        void this.#fetch();
      },
    );
  }

  presence(id: number): Readable<Presence | null> {
    return this.#store.named<Presence | null>(
      `presence:${id}`,
      () => this.#store.state.presence.get(id) ?? null,
      (used) => {
        if (used) this.#watched.add(id);
        else this.#watched.delete(id);
        this.#watch();
      },
    );
  }

  typing(where: number | { direct: number }): Readable<readonly number[]> {
    const store = this.#store;
    const chat = () => (typeof where === 'number' ? store.chat(where) : store.directWith(where.direct));
    const key = typeof where === 'number' ? where : `u${where.direct}`;
    return store.named(`typing:${key}`, (before) => typersOf(chat(), before));
  }

  /** It ends by itself, should nobody say so. */
  typed({ chatId, expiresInMs, typing }: Events['userTyping']): void {
    if (!typing) return;
    const timer = setTimeout(() => {
      this.#typing.delete(timer);
      this.#store.touched('typing', chatId);
    }, expiresInMs + 10);
    this.#typing.add(timer);
  }

  stop(): void {
    for (const timer of this.#typing) clearTimeout(timer);
  }

  /** The connection is new: the server knows nothing of what is watched. */
  live(): void {
    if (this.#watched.size > 0) this.#watch();
    void this.#fetch();
  }

  async #fetch(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    // All that are wanted at the same moment are one question.
    await Promise.resolve();
    for (let ids = this.#next(); ids.length > 0; ids = this.#next()) {
      try {
        this.#store.apply.people(await this.#link.again(() => this.#link.ask('getUsers', { ids })));
      } catch (error) {
        // Without a connection they are asked for with the next one.
        if (UNKNOWN.has(toChatError(error).code)) break;
      }
      for (const id of ids) this.#unknown.delete(id);
    }
    this.#fetching = false;
  }

  #next(): number[] {
    return [...this.#unknown].slice(0, MOST_ASKED);
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = Promise.resolve().then(async () => {
      this.#watching = null;
      const watch = () =>
        this.#link.ask('watchPresence', { userIds: [...this.#watched].slice(0, MOST_WATCHED) });
      try {
        this.#store.apply.present(await this.#link.again(watch));
      } catch {
        // Watched again with the next connection.
      }
    });
  }
}
