import type { Random } from '../../chaos/random.js';

/** Bytes that mean something to one of the parsers. */
const TELLING = Buffer.from('[]{}",:\\0123456789-/\u0000\u001e\u007f');

/** The bytes with one to three random changes. */
export function mutated(bytes: Buffer, random: Random): Buffer {
  let result = bytes;
  for (let changes = random.between(1, 3); changes > 0; changes--) result = changedOnce(result, random);
  return result;
}

function changedOnce(bytes: Buffer, random: Random): Buffer {
  const at = random.between(0, Math.max(0, bytes.length - 1));
  const to = Math.min(bytes.length, at + random.between(1, 8));
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random.between(0, 5)) {
    case 0:
      return Buffer.concat([before, Buffer.from([random.between(0, 255)]), after.subarray(1)]);
    case 1:
      return Buffer.concat([
        before,
        TELLING.subarray(random.between(0, TELLING.length - 1)).subarray(0, 1),
        after,
      ]);
    case 2:
      return Buffer.concat([before, bytes.subarray(to)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, to), after]);
    case 4:
      return Buffer.concat([
        before,
        Buffer.from([(after[0] ?? 0) ^ (1 << random.between(0, 7))]),
        after.subarray(1),
      ]);
    default:
      return before;
  }
}
