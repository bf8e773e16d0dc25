import { Envelope, type Text } from './envelope.js';

/**
 * What a connection has to write: an unframed text message of at most 16,384 characters, or a Buffer that holds a
 * finished frame or a part of one.
 */
export type Part = Text | Buffer;

const FINAL_TEXT_FRAME = 0x81;
/**
 * The header's second byte holds lengths up to 125; longer ones stand in the next two bytes (RFC 6455, section 5.2).
 */
const LENGTH_IN_TWO_BYTES = 126;
/** A UTF-16 unit is at most three bytes of UTF-8, so texts up to this surely have the short header. */
const SURELY_SHORT = 41;

/** An upper bound of {@link exactSize} that looks at lengths only. */
export function boundOfSize(parts: readonly Part[]): number {
  let size = 0;
  for (const part of parts) {
    if (typeof part === 'string') size += 4 + 3 * part.length;
    else size += part instanceof Envelope ? 4 + part.bytes : part.length;
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

/** Writes all parts from the start of `out`, texts as final unmasked text frames, and returns where they end. */
export function fill(out: Buffer, parts: readonly Part[]): number {
  let at = 0;
  for (const part of parts) {
    if (part instanceof Envelope) at = enclosed(out, at, part);
    else if (typeof part !== 'string') at += part.copy(out, at);
    else if (part.length <= SURELY_SHORT) at = short(out, at, part);
    else if (part.length >= LENGTH_IN_TWO_BYTES) at = long(out, at, part);
    else at = Buffer.byteLength(part) < LENGTH_IN_TWO_BYTES ? short(out, at, part) : long(out, at, part);
  }
  return at;
}

/** A text of at most 16,384 characters as one finished frame. */
export function framed(text: Text): Buffer {
  const frame = Buffer.allocUnsafe(exactSize([text]));
  fill(frame, [text]);
  return frame;
}

function framedSize(bytes: number): number {
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
  out[at + 1] = LENGTH_IN_TWO_BYTES;
  out[at + 2] = bytes >>> 8;
  out[at + 3] = bytes & 0xff;
  return at + 4;
}
