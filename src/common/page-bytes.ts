/**
 * Most bytes of the items of a page as they are sent, in UTF-8, with a KiB for what is around them: no answer of a read
 * is larger than 1 MiB, however long what people wrote is. `sync` has a bound of its own.
 */
export const PAGE_BYTES = 1_024 * 1_024 - 1_024;

/** The first items that fit into a page; one at least, if there is one, so that whoever asks on makes progress. */
export function withinPage<T>(items: readonly T[]): T[] {
  let left = PAGE_BYTES;
  const cut = items.findIndex((item) => (left -= Buffer.byteLength(JSON.stringify(item)) + 1) < 0);
  return items.slice(0, cut === -1 ? undefined : Math.max(cut, 1));
}
