/** Opcodes of WebSocket frames (RFC 6455, section 5.2). */
export const OPCODE = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** A client's frame. Its mask is four zero bytes, which is legal and saves the masking. */
export function clientFrame(opcode: number, payload: string | Buffer, isFinal = true): Buffer {
  const body = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const first = opcode | (isFinal ? 0x80 : 0);
  const { length } = body;
  const head =
    length < 126
      ? [first, 0x80 | length]
      : length < 65_536
        ? [first, 0xfe, length >>> 8, length & 0xff]
        : [first, 0xff, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (length >>> shift) & 0xff)];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), body]);
}

export const textFrame = (packet: string): Buffer => clientFrame(OPCODE.text, packet);

/** A frame of the server, without its head. */
export interface ServerFrame {
  opcode: number;
  payload: Buffer;
}

/** Takes chunks of a server's stream and returns the frames that are complete. Fragments are frames of their own. */
export class FrameReader {
  private readonly chunks: Buffer[] = [];
  private waiting = 0;
  /** Bytes that are needed before another look makes sense. */
  private needed = 2;

  read(chunk: Buffer): ServerFrame[] {
    this.chunks.push(chunk);
    this.waiting += chunk.length;
    if (this.waiting < this.needed) return [];
    const buffer = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    const frames: ServerFrame[] = [];
    let at = 0;
    this.needed = 2;
    while (buffer.length - at >= 2) {
      const second = buffer[at + 1] ?? 0;
      const head = second === 126 ? 4 : second === 127 ? 10 : 2;
      if (buffer.length - at < head) {
        this.needed = head;
        break;
      }
      const size =
        second === 126
          ? buffer.readUInt16BE(at + 2)
          : second === 127
            ? Number(buffer.readBigUInt64BE(at + 2))
            : second;
      if (buffer.length - at < head + size) {
        this.needed = head + size;
        break;
      }
      const from = at + head;
      frames.push({ opcode: (buffer[at] ?? 0) & 0x0f, payload: buffer.subarray(from, from + size) });
      at = from + size;
    }
    this.chunks.length = 0;
    this.waiting = buffer.length - at;
    if (this.waiting > 0) this.chunks.push(buffer.subarray(at));
    return frames;
  }
}
