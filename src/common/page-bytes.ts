/**
 * Most bytes of the items of a page as they are sent, in UTF-8, with a KiB for what is around them: no answer of a read
 * is larger than 256 KiB, however long what people wrote is. `sync` has a bound of its own.
 */
export const PAGE_BYTES = 256 * 1_024 - 1_024;

/** Most bytes of a number as JSON. */
const NUMBER_BYTES = 25;

/** Characters that have one byte as JSON. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * Never less than the bytes of the value as JSON, and much cheaper to find. The keys of objects are taken for plain
 * words, which those of our views are; `metadata`, whose keys others choose, is measured exactly.
 */
function bytesAtMost(value: unknown): number {
  if (typeof value === 'string') return (PLAIN.test(value) ? value.length : 6 * value.length) + 2;
  if (typeof value === 'number') return NUMBER_BYTES;
  if (typeof value !== 'object' || value === null) return 5;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const item of value) bytes += bytesAtMost(item) + 1;
    return bytes;
  }
  for (const [key, field] of Object.entries(value)) {
    bytes += key.length + 4 + (key === 'metadata' ? exactBytes(field) : bytesAtMost(field));
  }
  return bytes;
}

const exactBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

/** The first items that fit into a page; one at least, if there is one, so that whoever asks on makes progress. */
export function withinPage<T>(items: readonly T[]): T[] {
  // As a rule they all fit.
  if (bytesAtMost(items) <= PAGE_BYTES) return [...items];
  let left = PAGE_BYTES;
  const cut = items.findIndex((item) => (left -= exactBytes(item) + 1) < 0);
  return items.slice(0, cut === -1 ? undefined : Math.max(cut, 1));
}
