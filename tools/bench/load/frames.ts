import { randomBytes } from 'node:crypto';

/** Bytes of the protocols, by name. */
export const BYTE = {
  bracket: 0x5b,
  hash: 0x23,
  dot: 0x2e,
  zero: 0x30,
  nine: 0x39,
  open: 0x30,
  ping: 0x32,
  message: 0x34,
  connect: 0x30,
  event: 0x32,
  ack: 0x33,
  connectError: 0x34,
  lowerT: 0x74,
} as const;

const headers: string[] = [];

/**
 * A client's WebSocket text frame (RFC 6455) as a latin1 string, ready to be joined with others into one write. The
 * mask is four zero bytes, which is legal and saves the masking.
 * @param payload ASCII only, shorter than 64 KiB
 */
export function textFrame(payload: string): string {
  const { length } = payload;
  return (headers[length] ??= header(0x81, length)) + payload;
}

/** The answer to a WebSocket ping (engine.io does not send these; proxies do). */
export function pongFrame(): string {
  return header(0x8a, 0);
}

function header(first: number, length: number): string {
  if (length > 0xffff)
    throw new Error(`a frame of ${length} bytes is too long: the generator sends at most 65535`);
  const mask = '\0\0\0\0';
  if (length < 126) return String.fromCharCode(first, 0x80 | length) + mask;
  return String.fromCharCode(first, 0xfe, length >> 8, length & 0xff) + mask;
}

/** The HTTP request that opens a Socket.IO connection directly on the websocket transport, without extensions. */
export function upgradeRequest(port: number): string {
  return (
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`
  );
}

/** Reads the decimal digits from `at` on; `next` is where they end. */
export function readDigits(buffer: Buffer, at: number, to: number): { value: number; next: number } {
  let value = 0;
  let next = at;
  while (next < to) {
    const byte = buffer[next] ?? 0;
    if (byte < BYTE.zero || byte > BYTE.nine) break;
    value = value * 10 + (byte - BYTE.zero);
    next++;
  }
  return { value, next };
}
