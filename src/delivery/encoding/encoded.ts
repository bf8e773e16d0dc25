/**
 * A payload whose JSON text is made once and shared by every packet that carries it.
 *
 * As an argument of `emit` or of an ack, our encoder (`sockets/wire/parser.ts`) copies `json` into the frame as it is.
 * Any other serialiser (an adapter's MessagePack or JSON, a logger, an enclosing object) sees the plain value through
 * `toJSON`, which JSON.stringify and notepack honour; structured clones and @msgpack/msgpack do not.
 *
 * @example
 *   const view = Encoded.of(message);
 *   for (const socket of members) socket.emit('newMessage', view);
 */
export class Encoded<T = unknown> {
  readonly #known: { readonly value: T } | undefined;
  #bytes = 0;

  private constructor(
    readonly json: string,
    known?: { readonly value: T },
  ) {
    this.#known = known;
  }

  /** Serialises at once: a later change of `value` does not show in any frame. `undefined` becomes `null`. */
  static of<T>(value: T): Encoded<T> {
    return new Encoded<T>(JSON.stringify(value) ?? 'null', { value });
  }

  /**
   * Takes text that is JSON already, say from the database. The caller has to be sure of it: broken JSON breaks the
   * frame it is spliced into, and the client closes on that.
   */
  static fromJson<T = unknown>(json: string): Encoded<T> {
    return new Encoded<T>(json);
  }

  /** Bytes of its UTF-8, at least 1; counted once. */
  get bytes(): number {
    return (this.#bytes ||= Buffer.byteLength(this.json));
  }

  /** The serialised value; after `fromJson` the parsed text, parsed again at each call. */
  toJSON(): T {
    return this.#known ? this.#known.value : (JSON.parse(this.json) as T);
  }
}
