import type { Connection } from './connection.js';
import { toChatError } from './errors.js';

/** At most once in that time, in milliseconds. */
const EVERY_MS = 1_000;

const MOST_MARKS = 500;

interface Parts {
  link: Connection;
  heard(command: 'markAsDelivered', result: unknown): void;
  /** Up to where this person has seen a chat: what was seen was delivered. */
  readSeq(chatId: number): number;
}

/** Says how far this device has received chats: the furthest position of each, once in a while. */
export class Receipts {
  readonly #marks = new Map<number, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;

  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  markDelivered(chatId: number, seq: number): void {
    if ((this.#marks.get(chatId) ?? 0) < seq) this.#marks.set(chatId, seq);
    this.live();
  }

  forget(chatId: number): void {
    this.#marks.delete(chatId);
  }

  /** Says what has waited. */
  live(): void {
    if (this.#timer || this.#marks.size === 0 || !this.#parts.link.isLive) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.#flush();
      },
      Math.max(0, this.#last + EVERY_MS - Date.now()),
    );
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #flush(): Promise<void> {
    this.#last = Date.now();
    const marks: { chatId: number; seq: number }[] = [];
    for (const [chatId, seq] of this.#marks) {
      if (marks.length === MOST_MARKS) break;
      this.#marks.delete(chatId);
      if (this.#parts.readSeq(chatId) < seq) marks.push({ chatId, seq });
    }
    try {
      if (marks.length > 0)
        this.#parts.heard('markAsDelivered', await this.#parts.link.ask('markAsDelivered', { marks }));
    } catch (error) {
      // A receipt is only worth another try where it may succeed. A larger one that came meanwhile stays.
      if (toChatError(error).retryable) for (const { chatId, seq } of marks) this.markDelivered(chatId, seq);
    }
    this.live();
  }
}
