import type { ChatState } from './store/state.js';

/** Milliseconds that a missing change has to come by itself; more while the answer to an own command may be it. */
const GRACE_MS = 400;
const OWN_GRACE_MS = 1_500;

/**
 * Waits for changes that are missing. A gap is not yet a loss: answers to own commands overtake events, and are overtaken
 * by them. Each gap has a time of its own.
 */
export class Gaps {
  readonly #timers = new Map<number, { missing: number; timer: ReturnType<typeof setTimeout> }>();

  readonly #waits: (chatId: number) => boolean;
  readonly #lost: (chatId: number) => void;

  /** `waits` says whether a command of one's own to that chat is unanswered; `lost` hears that a change was lost. */
  constructor(waits: (chatId: number) => boolean, lost: (chatId: number) => void) {
    this.#waits = waits;
    this.#lost = lost;
  }

  watch(chat: ChatState): void {
    const missing = chat.version + 1;
    const known = this.#timers.get(chat.id);
    if (known?.missing === missing) return;
    clearTimeout(known?.timer);
    const ended = (ms: number) => {
      this.#timers.delete(chat.id);
      if (chat.version >= missing && chat.ahead.size === 0) return;
      if (chat.version >= missing) this.watch(chat);
      else if (ms < OWN_GRACE_MS && this.#waits(chat.id))
        this.#after(OWN_GRACE_MS - ms, chat.id, missing, () => ended(OWN_GRACE_MS));
      else this.#lost(chat.id);
    };
    this.#after(GRACE_MS, chat.id, missing, () => ended(GRACE_MS));
  }

  clear(): void {
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #after(ms: number, chatId: number, missing: number, then: () => void): void {
    this.#timers.set(chatId, { missing, timer: setTimeout(then, ms) });
  }
}
