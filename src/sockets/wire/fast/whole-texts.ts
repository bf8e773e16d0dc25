import { isUtf8 } from 'node:buffer';

/** FIN and the opcode of text; no extension bits. */
const FINAL_TEXT_FRAME = 0x81;
const MASKED = 0x80;
/**
 * The header's second byte holds lengths up to 125. With 126 the length is in the next two bytes, with 127 in the next
 * eight.
 */
const LENGTH_IN_TWO_BYTES = 126;
const LENGTH_IN_EIGHT_BYTES = 127;
const SHORTEST_FRAME = 6;

/**
 * Reads the text messages that a chunk from a WebSocket client begins with, as long as each is one complete masked
 * frame (RFC 6455, section 5.2) of valid UTF-8: what chat clients nearly always send.
 *
 * @param take gets each text; false ends the reading.
 * @returns where it stopped: the first byte that was not read. The rest (a part of a frame, a control frame, a
 * fragment, a protocol error) is untouched, for a full parser.
 */
export function readWholeTexts(chunk: Buffer, maxPayload: number, take: (text: string) => boolean): number {
  let at = 0;
  while (chunk.length - at >= SHORTEST_FRAME) {
    const second = chunk[at + 1]!;
    if (chunk[at] !== FINAL_TEXT_FRAME || second < MASKED) return at;
    let size = second - MASKED;
    let mask = at + 2;
    if (size === LENGTH_IN_EIGHT_BYTES) return at;
    if (size === LENGTH_IN_TWO_BYTES) {
      size = (chunk[mask]! << 8) | chunk[mask + 1]!;
      mask += 2;
    }
    const from = mask + 4;
    const to = from + size;
    if (to > chunk.length || (maxPayload > 0 && size > maxPayload)) return at;
    const ascii = unmask(chunk, mask, from, to);
    if (!ascii && !isUtf8(chunk.subarray(from, to))) {
      unmask(chunk, mask, from, to);
      return at;
    }
    at = to;
    if (!take(ascii ? chunk.toString('latin1', from, to) : chunk.toString('utf8', from, to))) return at;
  }
  return at;
}

/** Applies the mask in place (a second time restores the original). Returns whether the result is ASCII. */
function unmask(chunk: Buffer, mask: number, from: number, to: number): boolean {
  let seen = 0;
  for (let i = from; i < to; i++) {
    const byte = chunk[i]! ^ chunk[mask + ((i - from) & 3)]!;
    chunk[i] = byte;
    seen |= byte;
  }
  return seen < 0x80;
}
