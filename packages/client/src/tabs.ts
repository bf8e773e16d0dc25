import { uuid } from './uuid.js';

/** What one tab tells the others of the same account. */
export type TabNews =
  | { kind: 'draft'; key: string; text: string }
  /** Something that was written there waits to be sent. */
  | { kind: 'waits'; tab: string }
  | { kind: 'signedOut' };

/**
 * The tabs of one account in one browser. Each has a connection and a store of its own; they share what is kept. What waits
 * to be sent belongs to the tab in which it was written, until that tab is gone: a tab is there for as long as it holds
 * a lock with its name.
 *
 * Without locks (no browser, a page over plain HTTP, or one in a frame that may not have them) a client takes itself for
 * the only one. Two that send the same do no harm: the server does it once.
 *
 * https://developer.mozilla.org/docs/Web/API/Web_Locks_API
 */
export class Tabs {
  readonly id = uuid();
  readonly #scope: string;
  readonly #channel: BroadcastChannel | null;
  readonly #locks: LockManager | undefined;
  readonly #left = new AbortController();
  #leave: () => void = () => undefined;
  readonly #there = new Promise<void>((leave) => (this.#leave = leave));
  #waits = false;

  constructor(scope: string, heard: (news: TabNews) => void) {
    this.#scope = `chat:${scope}`;
    this.#locks = typeof document === 'undefined' ? undefined : navigator.locks;
    this.#channel =
      this.#locks && typeof BroadcastChannel !== 'undefined' ? new BroadcastChannel(this.#scope) : null;
    if (this.#channel) this.#channel.onmessage = ({ data }) => heard(data as TabNews);
    this.#locks?.request(this.#nameOf(this.id), () => this.#there).catch(() => undefined);
  }

  /** One tab at a time writes what all of them know. @returns whether it is this one; if not, `later` is called when it is */
  async leads(later: () => void): Promise<boolean> {
    const locks = this.#locks;
    if (!locks) return true;
    const name = this.#nameOf('leader');
    const now = await new Promise<boolean>(
      (is) =>
        void locks
          .request(name, { ifAvailable: true }, (lock) => {
            is(lock !== null);
            return lock ? this.#there : undefined;
          })
          .catch(() => is(true)),
    );
    const turn = () => {
      later();
      return this.#there;
    };
    if (!now) void locks.request(name, { signal: this.#left.signal }, turn).catch(() => undefined);
    return now;
  }

  /** Something that was written here waits to be sent: the others take it over when this tab is gone. */
  waits(): void {
    if (!this.#waits) this.tell({ kind: 'waits', tab: this.id });
    this.#waits = true;
  }

  /**
   * Calls `gone` once for each of these tabs when it is not there any more: at once, or when it goes. Of several tabs that
   * wait for it, one is called at a time, so that what it leaves is taken over once.
   */
  when(tabs: Iterable<string>, gone: (tab: string) => Promise<void>): void {
    for (const tab of new Set(tabs)) {
      if (tab === this.id) continue;
      if (!this.#locks) void gone(tab);
      else
        void this.#locks
          .request(this.#nameOf(tab), { signal: this.#left.signal }, () => gone(tab))
          .catch(() => undefined);
    }
  }

  tell(news: TabNews): void {
    this.#channel?.postMessage(news);
  }

  close(): void {
    this.#left.abort();
    this.#channel?.close();
    this.#leave();
  }

  #nameOf(tab: string): string {
    return `${this.#scope}:${tab}`;
  }
}
