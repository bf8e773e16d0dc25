import type { Encoded } from './encoded.js';

/**
 * A text whose middle is JSON that another text shares: that of an event, and of the answer to its sender. Head, body
 * and tail are joined only in the write buffer, so that no string is built to be read once.
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

/** A text to send. */
export type Text = string | Envelope;
