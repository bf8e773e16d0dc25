/**
 * Array parameters in PostgreSQL's binary format: `array_recv` in src/backend/utils/adt/arrayfuncs.c, integers
 * big-endian. Array literals cost the sender about twice as much, and PostgreSQL has to parse every character.
 *
 * A null array stays null. The statement has to name the type: `$1::bigint[]`.
 */

const INT8 = 20;
const INT4 = 23;
const TEXT = 25;

/** Number of dimensions, null flag (0 here: each null element has length -1), element type. */
const EMPTY_HEADER = 12;
/** Then the length and lower bound of the one dimension. */
const HEADER = 20;
const NULL_LENGTH = -1;
/** Most bytes of UTF-8 per UTF-16 unit. */
const MOST_BYTES_A_UNIT = 3;
const TWO_TO_32 = 2 ** 32;

/** For `bigint[]`: integers from 0 to 2^53 - 1. */
export function bigints(values: readonly (number | null)[] | null): Buffer | null {
  if (values === null) return null;
  const array = begin(INT8, values.length, values.length * 12);
  let at = startOf(values);
  for (const value of values) {
    if (value === null) {
      at = array.writeInt32BE(NULL_LENGTH, at);
      continue;
    }
    array.writeInt32BE(8, at);
    array.writeUInt32BE(Math.floor(value / TWO_TO_32), at + 4);
    at = array.writeUInt32BE(value % TWO_TO_32, at + 8);
  }
  return array.subarray(0, at);
}

/** For `int[]`: integers from 0 to 2^31 - 1. */
export function ints(values: readonly number[]): Buffer {
  const array = begin(INT4, values.length, values.length * 8);
  let at = startOf(values);
  for (const value of values) {
    array.writeInt32BE(4, at);
    at = array.writeInt32BE(value, at + 4);
  }
  return array.subarray(0, at);
}

/** For `text[]`. */
export function texts(values: readonly (string | null)[] | null): Buffer | null {
  if (values === null) return null;
  let most = 0;
  for (const value of values) most += 4 + (value === null ? 0 : value.length * MOST_BYTES_A_UNIT);
  const array = begin(TEXT, values.length, most);
  let at = startOf(values);
  for (const value of values) {
    const bytes = value === null ? NULL_LENGTH : array.write(value, at + 4);
    array.writeInt32BE(bytes, at);
    at += 4 + Math.max(bytes, 0);
  }
  return array.subarray(0, at);
}

/** An array of one dimension, or of none when it is empty, with room for `size` bytes of elements. */
function begin(type: number, length: number, size: number): Buffer {
  const array = Buffer.allocUnsafe(HEADER + size);
  array.writeInt32BE(length === 0 ? 0 : 1, 0);
  array.writeInt32BE(0, 4);
  array.writeInt32BE(type, 8);
  array.writeInt32BE(length, EMPTY_HEADER);
  array.writeInt32BE(1, EMPTY_HEADER + 4);
  return array;
}

function startOf(values: readonly unknown[]): number {
  return values.length === 0 ? EMPTY_HEADER : HEADER;
}
