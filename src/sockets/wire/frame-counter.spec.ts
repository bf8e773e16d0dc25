import fc from 'fast-check';
import { FrameCounter } from './frame-counter.js';

/** One frame with zeros in it, masked as clients send them or not. */
function frame(opcode: number, size: number, masked: boolean): Buffer {
  const mask = masked ? 0x80 : 0;
  const length =
    size < 126
      ? Buffer.from([mask | size])
      : size < 65_536
        ? Buffer.from([mask | 126, size >> 8, size & 0xff])
        : Buffer.from([mask | 127, 0, 0, 0, 0, 0, size >> 16, (size >> 8) & 0xff, size & 0xff]);
  return Buffer.concat([
    Buffer.from([0x80 | opcode]),
    length,
    Buffer.alloc(masked ? 4 : 0),
    Buffer.alloc(size),
  ]);
}

const frames = fc.array(
  fc.tuple(
    fc.constantFrom(0, 1, 2, 8, 9, 10),
    fc.oneof(fc.constantFrom(0, 1, 125, 126, 65_535, 65_536), fc.nat(300)),
    fc.boolean(),
  ),
  { maxLength: 20 },
);

describe('FrameCounter', () => {
  it('counts every frame once, wherever the chunks end', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1 }), (sent, sizes) => {
        const bytes = Buffer.concat(sent.map((one) => frame(...one)));
        const counter = new FrameCounter();
        let counted = 0;
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length]!;
          counted += counter.count(bytes.subarray(at, at + size));
          at += size;
        }
        expect(counted).toBe(sent.length);
      }),
    );
  });

  it('counts in single bytes too', () => {
    const counter = new FrameCounter();
    const bytes = Buffer.concat([
      frame(1, 200, true),
      frame(9, 0, true),
      frame(2, 70_000, false),
      frame(1, 3, true),
    ]);
    let counted = 0;
    for (const byte of bytes) counted += counter.count(Buffer.from([byte]));
    expect(counted).toBe(4);
  });
});
