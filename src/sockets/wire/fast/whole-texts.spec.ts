import { readWholeTexts } from './whole-texts.js';

/** A client's frame; `mask` is four bytes. */
function frame(payload: string | Buffer, { first = 0x81, mask = Buffer.from([1, 2, 3, 250]) } = {}): Buffer {
  const body = Buffer.from(payload);
  const head =
    body.length < 126
      ? Buffer.from([first, 0x80 | body.length])
      : body.length <= 0xffff
        ? Buffer.from([first, 0x80 | 126, body.length >> 8, body.length & 0xff])
        : Buffer.concat([Buffer.from([first, 0x80 | 127, 0, 0, 0, 0]), uint32(body.length)]);
  for (let i = 0; i < body.length; i++) body[i] = body[i]! ^ mask[i & 3]!;
  return Buffer.concat([head, mask, body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function read(chunk: Buffer, maxPayload = 0): { texts: string[]; rest: Buffer } {
  const texts: string[] = [];
  const at = readWholeTexts(chunk, maxPayload, (text) => texts.push(text) > 0);
  return { texts, rest: chunk.subarray(at) };
}

describe('readWholeTexts', () => {
  it('reads every whole text of a chunk, of any length up to 65,535 bytes', () => {
    const sent = [
      '',
      'a',
      'é',
      '😀 grüße',
      'x'.repeat(125),
      'x'.repeat(126),
      'ü'.repeat(500),
      'y'.repeat(65_535),
    ];
    const { texts, rest } = read(Buffer.concat(sent.map((text) => frame(text))));
    expect(texts).toEqual(sent);
    expect(rest).toHaveLength(0);
  });

  it.each([
    ['a ping', frame('', { first: 0x89 })],
    ['a close frame', frame('', { first: 0x88 })],
    ['a binary frame', frame('abc', { first: 0x82 })],
    ['the first fragment of a text', frame('abc', { first: 0x01 })],
    ['a frame with an extension bit', frame('abc', { first: 0xc1 })],
    ['a length in eight bytes', frame('z'.repeat(65_536))],
    ['invalid UTF-8', frame(Buffer.from([0x61, 0xc3, 0x28]))],
    ['an unmasked frame', Buffer.from([0x81, 1, 0x61, 0, 0, 0, 0])],
    ['a frame that is not whole', frame('hello').subarray(0, 9)],
    ['less than a header', frame('hello').subarray(0, 3)],
  ])('stops before %s, and leaves it unchanged', (_what, strange) => {
    const asItCame = Buffer.from(strange);
    const { texts, rest } = read(Buffer.concat([frame('before'), strange]));
    expect(texts).toEqual(['before']);
    expect(rest).toEqual(asItCame);
  });

  it('leaves messages that are longer than allowed', () => {
    const { texts, rest } = read(Buffer.concat([frame('12345'), frame('123456')]), 5);
    expect(texts).toEqual(['12345']);
    expect(rest).toEqual(frame('123456'));
  });

  it('stops when `take` returns false', () => {
    const chunk = Buffer.concat([frame('one'), frame('two')]);
    expect(readWholeTexts(chunk, 0, () => false)).toBe(frame('one').length);
  });
});
