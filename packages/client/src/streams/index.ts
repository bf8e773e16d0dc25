import type { ChatClient } from '../chat.js';
import type { Message, StreamDelta } from '../contract.gen.js';
import { whenLive } from '../live.js';
import type { Readable } from '../store/readable.js';

/** What it needs of a client. */
type Streaming = Pick<ChatClient, 'call' | 'on' | 'connection'>;

/** Whether a message is being written while it is read. */
export function isStreaming({ metadata }: Pick<Message, 'metadata'>): boolean {
  return metadata?.streaming === true;
}

/**
 * The text of a message, which grows while it is streamed and somebody listens: `useReadable(streamedText(chat, message))`,
 * made once for each message (`useMemo`). What was written before, and what was missed, is asked for. At the end the store
 * has the message with its whole text: show that from then on.
 */
export function streamedText(client: Streaming, message: Message): Readable<string> {
  return new StreamedText(client, message);
}

class StreamedText implements Readable<string> {
  readonly #client: Streaming;
  readonly #messageId: number;
  readonly #listeners = new Set<() => void>();
  #text: string;
  #growing: boolean;
  #end: (() => void) | null = null;
  #asking = false;
  /** How long the text has to be by what was pushed. */
  #known = 0;

  constructor(client: Streaming, message: Message) {
    this.#client = client;
    this.#messageId = message.id;
    this.#text = message.content;
    this.#growing = isStreaming(message);
  }

  get(): string {
    return this.#text;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.#growing && !this.#end) {
      const ends = [
        this.#client.on('event', ({ name, body }) => {
          if (name === 'streamDelta') this.#heard(body);
        }),
        // What was pushed while there was no connection is missing.
        whenLive(this.#client, () => void this.#ask()),
      ];
      this.#end = () => ends.forEach((end) => end());
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#end?.();
      this.#end = null;
    };
  }

  #heard({ messageId, offset, text }: StreamDelta): void {
    if (messageId !== this.#messageId) return;
    this.#known = Math.max(this.#known, offset + text.length);
    if (offset > this.#text.length) void this.#ask();
    else this.#set(this.#text + text.slice(this.#text.length - offset));
  }

  #set(text: string): void {
    if (text.length <= this.#text.length) return;
    this.#text = text;
    for (const listener of [...this.#listeners]) listener();
  }

  /** What was pushed is stored, so the answer has it; what fails is asked for again by the next delta, or the next connection. */
  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      let growing;
      do {
        const stream = await this.#client.call('getStream', { messageId: this.#messageId });
        this.#set(stream.text);
        ({ growing } = stream);
      } while (growing && this.#text.length < this.#known && this.#end);
    } catch {
      // Without a connection it is asked for again with the next one.
    } finally {
      this.#asking = false;
    }
  }
}
