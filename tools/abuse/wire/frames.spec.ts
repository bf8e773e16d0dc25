import { clientFrame, FrameReader, OPCODE, textFrame } from './frames.js';

/** As a server sends it: without a mask. */
function serverFrame(text: string): Buffer {
  const masked = textFrame(text);
  const head = masked.length - Buffer.byteLength(text) - 4;
  const frame = Buffer.concat([masked.subarray(0, head), Buffer.from(text)]);
  frame[1] = (frame[1] ?? 0) & 0x7f;
  return frame;
}

const texts = ['2', '40{"sid":"x"}', 'x'.repeat(125), 'é'.repeat(63), 'y'.repeat(70_000), ''];

describe('A reader of frames', () => {
  it('finds the frames of a stream, whatever chunks it comes in', () => {
    const stream = Buffer.concat(texts.map(serverFrame));
    for (const size of [1, 7, 1_000, stream.length]) {
      const reader = new FrameReader();
      const found: string[] = [];
      for (let at = 0; at < stream.length; at += size) {
        for (const { payload } of reader.read(stream.subarray(at, at + size))) found.push(payload.toString());
      }
      expect(found).toEqual(texts);
    }
  });
});

describe('A frame of a client', () => {
  it('has its length in the shortest form, and a mask', () => {
    expect([...clientFrame(OPCODE.ping, '')]).toEqual([0x89, 0x80, 0, 0, 0, 0]);
    expect([...clientFrame(OPCODE.text, 'ab', false)]).toEqual([0x01, 0x82, 0, 0, 0, 0, 0x61, 0x62]);
    expect([...textFrame('x'.repeat(300)).subarray(0, 4)]).toEqual([0x81, 0xfe, 1, 44]);
    expect([...textFrame('x'.repeat(70_000)).subarray(0, 10)]).toEqual([
      0x81, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x70,
    ]);
  });
});
