const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

export const OPCODES = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** One frame of a client (RFC 6455, section 5.2), of at most 65,535 bytes unless `length` is given. */
export function clientFrame(opcode: number, payload: string | Buffer, isFinal = true): Buffer {
  const body = Buffer.from(payload);
  const head = [opcode | (isFinal ? 0x80 : 0)];
  if (body.length < 126) head.push(0x80 | body.length);
  else if (body.length < 65_536) head.push(0x80 | 126, body.length >>> 8, body.length & 0xff);
  else head.push(0x80 | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (body.length >>> shift) & 0xff));
  return Buffer.concat([Buffer.from(head), MASK, body.map((byte, i) => byte ^ MASK[i % 4]!)]);
}

export const textFrame = (text: string): Buffer => clientFrame(OPCODES.text, text);

/** A text in frames that end at these fractions of it, with something between them, for example a ping. */
export function inFragments(text: string, shares: readonly number[], between: Buffer): Buffer {
  const body = Buffer.from(text);
  const ends = [...shares.map((share) => Math.floor(share * body.length)).sort((a, b) => a - b), body.length];
  let from = 0;
  const frames = ends.flatMap((end, i) => {
    const opcode = i === 0 ? OPCODES.text : OPCODES.continuation;
    const frame = clientFrame(opcode, body.subarray(from, end), i === ends.length - 1);
    from = end;
    return i === 0 ? [frame] : [between, frame];
  });
  return Buffer.concat(frames);
}

/** Bytes cut into chunks at these fractions. */
export function inChunks(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const ends = [
    ...shares.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ];
  return ends
    .map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1]!, end))
    .filter(({ length }) => length > 0);
}
