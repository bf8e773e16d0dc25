import { Envelope, type Text } from './envelope.js';

/**
 * What a connection has to write: an unframed text message, or a Buffer that holds a finished frame or a part of one.
 */
export type Part = Text | Buffer;

const FINAL_TEXT_FRAME = 0x81;
/**
 * The header's second byte holds lengths up to 125; longer ones stand in the next two bytes (RFC 6455, section 5.2).
 */
const LENGTH_IN_TWO_BYTES = 126;
/** From here on lengths stand in the next eight bytes. */
const LENGTH_IN_EIGHT_BYTES = 65_536;
/** A UTF-16 unit is at most three bytes of UTF-8, so texts up to this surely have the short header. */
const SURELY_SHORT = 41;
/** A text of so many UTF-16 units may need the longest header. */
const MAYBE_HUGE = Math.ceil(LENGTH_IN_EIGHT_BYTES / 3);
const LONGEST_HEADER = 10;

/** An upper bound of {@link exactSize} that looks at lengths only. */
export function boundOfSize(parts: readonly Part[]): number {
  let size = 0;
  for (const part of parts) {
    if (typeof part === 'string') size += LONGEST_HEADER + 3 * part.length;
    else size += part instanceof Envelope ? LONGEST_HEADER + part.bytes : part.length;
  }
  return size;
}

/** How many bytes {@link fill} writes. */
export function exactSize(parts: readonly Part[]): number {
  let size = 0;
  for (const part of parts) {
    if (typeof part === 'string') size += framedSize(Buffer.byteLength(part));
    else size += part instanceof Envelope ? framedSize(part.bytes) : part.length;
  }
  return size;
}

/**
 * Writes all parts from the start of `out`, texts of less than 4 GiB as final unmasked text frames, and returns where
 * they end.
 */
export function fill(out: Buffer, parts: readonly Part[]): number {
  let at = 0;
  for (const part of parts) {
    if (part instanceof Envelope) at = enclosed(out, at, part);
    else if (typeof part !== 'string') at += part.copy(out, at);
    else if (part.length <= SURELY_SHORT) at = short(out, at, part);
    else if (part.length >= MAYBE_HUGE) at = huge(out, at, part);
    else if (part.length >= LENGTH_IN_TWO_BYTES) at = long(out, at, part);
    else at = Buffer.byteLength(part) < LENGTH_IN_TWO_BYTES ? short(out, at, part) : long(out, at, part);
  }
  return at;
}

/** A text as one finished frame. */
export function framed(text: Text): Buffer {
  const frame = Buffer.allocUnsafe(exactSize([text]));
  fill(frame, [text]);
  return frame;
}

function framedSize(bytes: number): number {
  if (bytes >= LENGTH_IN_EIGHT_BYTES) return bytes + LONGEST_HEADER;
  return bytes + (bytes < LENGTH_IN_TWO_BYTES ? 2 : 4);
}

function short(out: Buffer, at: number, text: string): number {
  const bytes = out.write(text, at + 2);
  header(out, at, bytes);
  return at + 2 + bytes;
}

function long(out: Buffer, at: number, text: string): number {
  const bytes = out.write(text, at + 4);
  header(out, at, bytes);
  return at + 4 + bytes;
}

function huge(out: Buffer, at: number, text: string): number {
  const from = header(out, at, Buffer.byteLength(text));
  return from + out.write(text, from);
}

function enclosed(out: Buffer, at: number, envelope: Envelope): number {
  const { head, body, tail, bytes } = envelope;
  const from = ascii(out, header(out, at, bytes), head);
  // A text with as many bytes as characters is ASCII, and can be copied directly.
  const to = from + out.write(body.json, from, body.bytes === body.json.length ? 'latin1' : 'utf8');
  return ascii(out, to, tail);
}

function ascii(out: Buffer, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** Returns where the text begins. */
function header(out: Buffer, at: number, bytes: number): number {
  out[at] = FINAL_TEXT_FRAME;
  if (bytes < LENGTH_IN_TWO_BYTES) {
    out[at + 1] = bytes;
    return at + 2;
  }
  if (bytes >= LENGTH_IN_EIGHT_BYTES) {
    out[at + 1] = LENGTH_IN_TWO_BYTES + 1;
    out.writeUInt32BE(0, at + 2);
    out.writeUInt32BE(bytes, at + 6);
    return at + LONGEST_HEADER;
  }
  out[at + 1] = LENGTH_IN_TWO_BYTES;
  out[at + 2] = bytes >>> 8;
  out[at + 3] = bytes & 0xff;
  return at + 4;
}
