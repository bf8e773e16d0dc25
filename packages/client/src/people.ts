import type { Commands, Presence, User } from './contract.gen.js';
import type { Readable } from './store/readable.js';
import type { Store } from './store/store.js';

/** Most users of one question, and most who are watched. */
const MOST_ASKED = 200;
const MOST_WATCHED = 500;

type Ask = <C extends keyof Commands>(
  command: C,
  input: Commands[C]['input'],
) => Promise<Commands[C]['result']>;

/** Names and presence of people: asked for together, kept, and watched while somebody looks. */
export class People {
  readonly #users = new Map<number, Readable<User | null>>();
  readonly #presences = new Map<number, Readable<Presence | null>>();
  readonly #unknown = new Set<number>();
  readonly #watched = new Set<number>();
  #watching: Promise<void> | null = null;

  readonly #store: Store;
  readonly #ask: Ask;

  constructor(store: Store, ask: Ask) {
    this.#store = store;
    this.#ask = ask;
  }

  user(id: number): Readable<User | null> {
    let cell = this.#users.get(id);
    if (!cell) {
      cell = this.#store.cell<User | null>(
        [`users:${id}`],
        () => this.#store.state.users.get(id) ?? null,
        (used) => {
          // One id that no user can have would have the whole question refused.
          if (used && id > 0 && !this.#store.state.users.has(id)) this.#want(id);
        },
      );
      this.#users.set(id, cell);
    }
    return cell;
  }

  presence(id: number): Readable<Presence | null> {
    let cell = this.#presences.get(id);
    if (!cell) {
      cell = this.#store.cell<Presence | null>(
        [`presence:${id}`],
        () => this.#store.state.presence.get(id) ?? null,
        (used) => {
          if (used) this.#watched.add(id);
          else this.#watched.delete(id);
          this.#watch();
        },
      );
      this.#presences.set(id, cell);
    }
    return cell;
  }

  /** The connection is new: the server knows nothing of what is watched. */
  live(): void {
    if (this.#watched.size > 0) this.#watch();
    if (this.#unknown.size > 0) void this.#fetch();
  }

  #want(id: number): void {
    if (this.#unknown.size === 0) queueMicrotask(() => void this.#fetch());
    this.#unknown.add(id);
  }

  async #fetch(): Promise<void> {
    const ids = [...this.#unknown].slice(0, MOST_ASKED);
    if (ids.length === 0) return;
    try {
      const users = await this.#ask('getUsers', { ids });
      for (const id of ids) this.#unknown.delete(id);
      this.#store.apply.people(users);
      if (this.#unknown.size > 0) await this.#fetch();
    } catch {
      // They are asked for again with the next connection.
    }
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = Promise.resolve().then(async () => {
      this.#watching = null;
      const userIds = [...this.#watched].slice(0, MOST_WATCHED);
      try {
        this.#store.apply.present(await this.#ask('watchPresence', { userIds }));
      } catch {
        // Watched again with the next connection.
      }
    });
  }
}
