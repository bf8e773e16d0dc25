import { Encoded } from './encoded.js';
import { Envelope } from './envelope.js';

/**
 * JSON of the views that were published in this turn of the event loop: the readers of an event and the answer to
 * whoever caused it share one encoding. A view is not changed once it is published.
 *
 * No WeakMap: the garbage collector pays more for each of its entries than it costs to encode the view again. And a
 * new Map for each turn: in V8 one that is cleared leaves its old table behind with a pointer to the new one, so that
 * once a table is old, all later ones and what they hold are taken for alive and become old as well.
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
  return known ? new Envelope('{"ok":true,"data":', known, '}') : { ok: true, data: data ?? null };
}
