import { Encoded } from './encoded.js';
import { Envelope } from './envelope.js';

/**
 * JSON of the views that were published in this turn of the event loop: the readers of an event and the answer to its
 * sender share one encoding. A view must not change after it is published.
 *
 * No WeakMap: each of its entries costs the garbage collector more than encoding the view again. And a new Map for each
 * turn: in V8 a cleared Map leaves its old table behind with a pointer to the new one. Once a table is in the old
 * generation, all later tables and what they hold count as alive and get old as well.
 */
let published = new Map<object, Encoded>();

/** The payload of an event, encoded once for all its readers. */
export function encodePublished(view: object): Encoded {
  const known = published.get(view);
  if (known) return known;
  const encoded = Encoded.of(view);
  if (published.size === 0) setImmediate(() => (published = new Map()));
  published.set(view, encoded);
  return encoded;
}

/** The ok answer of a command: `{ ok: true, data }`. */
export function encodeOk(data: unknown): unknown {
  const known = typeof data === 'object' && data !== null ? published.get(data) : undefined;
  return known ? okOf(known) : { ok: true, data: data ?? null };
}

/** The ok answer of a command, encoded: its bytes are known before it is sent. */
export function measureOk(data: unknown): Envelope {
  const known = typeof data === 'object' && data !== null ? published.get(data) : undefined;
  return okOf(known ?? Encoded.of(data ?? null));
}

const okOf = (data: Encoded) => new Envelope('{"ok":true,"data":', data, '}');
