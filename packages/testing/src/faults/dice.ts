/**
 * A number from 0 up to 1 that depends on nothing but the seed and the parts: the same ones always give the same number.
 * It is FNV-1a over the parts, with the last steps of MurmurHash3, which spread neighbours apart.
 */
export function draw(seed: number, ...parts: (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of `${seed}\n${parts.join('\n')}`) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
