import type { Commands } from './contract.gen.js';

/** At most one receipt of a chat in that time, in milliseconds. */
const EVERY_MS = 1_000;

const MOST_MARKS = 500;

interface Parts {
  ask<C extends 'markAsSeen' | 'markAsDelivered'>(
    command: C,
    input: Commands[C]['input'],
  ): Promise<Commands[C]['result']>;
  heard(command: 'markAsSeen' | 'markAsDelivered', result: unknown): void;
  isLive(): boolean;
}

/** Says how far this person has seen and received chats: the furthest position of each, once in a while. */
export class Receipts {
  readonly #seen = new Map<number, number>();
  readonly #delivered = new Map<number, number>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #last = 0;

  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  markSeen(chatId: number, seq: number): void {
    if (this.#rise(this.#seen, chatId, seq)) this.#soon();
  }

  markDelivered(chatId: number, seq: number): void {
    if (this.#rise(this.#delivered, chatId, seq)) this.#soon();
  }

  forget(chatId: number): void {
    this.#seen.delete(chatId);
    this.#delivered.delete(chatId);
  }

  /** Says what has waited. */
  live(): void {
    this.#soon();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #rise(marks: Map<number, number>, chatId: number, seq: number): boolean {
    if ((marks.get(chatId) ?? 0) >= seq) return false;
    marks.set(chatId, seq);
    return true;
  }

  #soon(): void {
    if (this.#timer || this.#seen.size + this.#delivered.size === 0 || !this.#parts.isLive()) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        void this.#flush();
      },
      Math.max(0, this.#last + EVERY_MS - Date.now()),
    );
  }

  async #flush(): Promise<void> {
    this.#last = Date.now();
    const seen = [...this.#seen];
    // What was seen was delivered.
    const delivered = [...this.#delivered]
      .filter(([chatId, seq]) => (this.#seen.get(chatId) ?? 0) < seq)
      .slice(0, MOST_MARKS);
    for (const [chatId] of delivered) this.#delivered.delete(chatId);
    this.#seen.clear();
    const tries = seen.map(([chatId, seq]) => this.#try('markAsSeen', { chatId, seq }, [[chatId, seq]]));
    if (delivered.length > 0) {
      const marks = delivered.map(([chatId, seq]) => ({ chatId, seq }));
      tries.push(this.#try('markAsDelivered', { marks }, delivered));
    }
    await Promise.all(tries);
    this.#soon();
  }

  async #try<C extends 'markAsSeen' | 'markAsDelivered'>(
    command: C,
    input: Commands[C]['input'],
    marks: readonly [number, number][],
  ): Promise<void> {
    try {
      this.#parts.heard(command, await this.#parts.ask(command, input));
    } catch (error) {
      // A receipt is only worth another try where it may succeed. A larger one that came meanwhile stays.
      if (!(error as { retryable?: boolean }).retryable) return;
      const back = command === 'markAsSeen' ? this.#seen : this.#delivered;
      for (const [chatId, seq] of marks) this.#rise(back, chatId, seq);
    }
  }
}
