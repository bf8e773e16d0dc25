import type { Events } from './contract.gen.js';
import type { Readable } from './store/readable.js';
import { typersOf } from './store/state.js';
import type { Store } from './store/store.js';

/** Who types, and until when. */
export class Typing {
  readonly #ends = new Set<ReturnType<typeof setTimeout>>();
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  of(where: number | { direct: number }): Readable<readonly number[]> {
    const key = typeof where === 'number' ? String(where) : `u${where.direct}`;
    const store = this.#store;
    return store.named<readonly number[]>(`typing:${key}`, (before) =>
      typersOf(typeof where === 'number' ? store.chat(where) : store.directWith(where.direct), before),
    );
  }

  /** It ends by itself, should nobody say so. */
  heard({ chatId, expiresInMs, typing }: Events['userTyping']): void {
    if (!typing) return;
    const timer = setTimeout(() => {
      this.#ends.delete(timer);
      this.#store.touched('typing', chatId);
    }, expiresInMs + 10);
    this.#ends.add(timer);
  }

  stop(): void {
    for (const timer of this.#ends) clearTimeout(timer);
  }
}
