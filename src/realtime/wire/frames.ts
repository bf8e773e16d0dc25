/**
 * What a connection has to write: a string is a text message yet to be framed, of at most 16,384 characters; a Buffer
 * is a finished frame or a part of one.
 */
export type Part = string | Buffer;

const FINAL_TEXT_FRAME = 0x81;
/** Lengths up to 125 stand in the header's second byte, from 126 on in two bytes more (RFC 6455, section 5.2). */
const LENGTH_IN_TWO_BYTES = 126;
/** A UTF-16 unit is at most three bytes of UTF-8, so texts up to this surely have the short header. */
const SURELY_SHORT = 41;

/** An upper bound of {@link exactSize} that looks at lengths only. */
export function boundOfSize(parts: readonly Part[]): number {
  let size = 0;
  for (const part of parts) size += typeof part === 'string' ? 4 + 3 * part.length : part.length;
  return size;
}

/** How many bytes {@link fill} writes. */
export function exactSize(parts: readonly Part[]): number {
  let size = 0;
  for (const part of parts) {
    if (typeof part === 'string') {
      const bytes = Buffer.byteLength(part);
      size += bytes + (bytes < LENGTH_IN_TWO_BYTES ? 2 : 4);
    } else {
      size += part.length;
    }
  }
  return size;
}

/** Writes all parts from the start of `out`, texts as final unmasked text frames, and returns where they end. */
export function fill(out: Buffer, parts: readonly Part[]): number {
  let at = 0;
  for (const part of parts) {
    if (typeof part !== 'string') at += part.copy(out, at);
    else if (part.length <= SURELY_SHORT) at = short(out, at, part);
    else if (part.length >= LENGTH_IN_TWO_BYTES) at = long(out, at, part);
    else at = Buffer.byteLength(part) < LENGTH_IN_TWO_BYTES ? short(out, at, part) : long(out, at, part);
  }
  return at;
}

/** A text of at most 16,384 characters as one finished frame. */
export function framed(text: string): Buffer {
  const bytes = Buffer.byteLength(text);
  const isShort = bytes < LENGTH_IN_TWO_BYTES;
  const frame = Buffer.allocUnsafe(bytes + (isShort ? 2 : 4));
  if (isShort) short(frame, 0, text);
  else long(frame, 0, text);
  return frame;
}

function short(out: Buffer, at: number, text: string): number {
  const bytes = out.write(text, at + 2);
  out[at] = FINAL_TEXT_FRAME;
  out[at + 1] = bytes;
  return at + 2 + bytes;
}

function long(out: Buffer, at: number, text: string): number {
  const bytes = out.write(text, at + 4);
  out[at] = FINAL_TEXT_FRAME;
  out[at + 1] = LENGTH_IN_TWO_BYTES;
  out[at + 2] = bytes >>> 8;
  out[at + 3] = bytes & 0xff;
  return at + 4 + bytes;
}
