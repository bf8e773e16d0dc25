import type { Encoded } from './encoded.js';

/**
 * A text whose middle is JSON that another text shares: of an event, and of the answer to who caused it. Head, body and
 * tail meet in the buffer that they are written from, so that no string is made of them to be read once.
 */
export class Envelope {
  constructor(
    /** ASCII. */
    readonly head: string,
    readonly body: Encoded,
    /** ASCII. */
    readonly tail: string,
  ) {}

  /** UTF-16 units. */
  get length(): number {
    return this.head.length + this.body.json.length + this.tail.length;
  }

  /** Bytes of UTF-8. */
  get bytes(): number {
    return this.head.length + this.body.bytes + this.tail.length;
  }

  toString(): string {
    return this.head + this.body.json + this.tail;
  }
}

/** What a connection is to send. */
export type Text = string | Envelope;
