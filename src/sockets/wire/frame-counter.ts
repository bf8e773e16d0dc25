const LENGTH_IN_TWO_BYTES = 126;
const LENGTH_IN_EIGHT_BYTES = 127;
const LENGTH = 0x7f;
const MASKED = 0x80;
const MASK_BYTES = 4;

/**
 * Counts the WebSocket frames that begin in the chunks of a connection (RFC 6455, section 5.2), of every opcode, without
 * parsing more of them than their lengths. Chunks may end anywhere.
 */
export class FrameCounter {
  /** Bytes of the current frame's payload that have not come yet. */
  private left = 0;
  /** Bytes of the current header that have come, and of how many; 0 of 2 between two frames. */
  private have = 0;
  private header = 2;
  /** Where the length ends in the current header. */
  private lengthEnd = 2;
  private size = 0;

  /** Frames whose first byte is in this chunk. */
  count(chunk: Buffer): number {
    let frames = 0;
    for (let at = 0; at < chunk.length;) {
      if (this.left > 0) {
        const skipped = Math.min(this.left, chunk.length - at);
        this.left -= skipped;
        at += skipped;
      } else {
        if (this.have === 0) frames++;
        this.readHeader(chunk[at++]!);
      }
    }
    return frames;
  }

  private readHeader(byte: number): void {
    const at = this.have++;
    if (at === 1) {
      const short = byte & LENGTH;
      const extended = short === LENGTH_IN_TWO_BYTES ? 2 : short === LENGTH_IN_EIGHT_BYTES ? 8 : 0;
      this.size = extended === 0 ? short : 0;
      this.header = 2 + extended + (byte & MASKED ? MASK_BYTES : 0);
      this.lengthEnd = 2 + extended;
    } else if (at > 1 && at < this.lengthEnd) {
      this.size = this.size * 256 + byte;
    }
    if (at === 0 || this.have < this.header) return;
    this.left = this.size;
    this.have = 0;
    this.header = 2;
  }
}
