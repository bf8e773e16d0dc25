import fc from 'fast-check';
import * as ws from 'ws';
import { Encoded } from './encoded.js';
import { Envelope } from './envelope.js';
import { boundOfSize, exactSize, fill, type Part } from './frames.js';

type Frame = (data: Buffer, options: object) => Buffer[];
const { frame } = (ws as unknown as { Sender: { frame: Frame } }).Sender;

/** A finished text frame, as `ws` and the Socket.IO adapter make it. */
function framed(text: string): Buffer[] {
  return frame(Buffer.from(text), { fin: true, opcode: 1, mask: false, rsv1: false, readOnly: false });
}

/** Any text, with lengths at the limits of the header forms, and lone surrogates. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .tuple(fc.constantFrom('a', 'é', '€', '\ud800'), fc.integer({ min: 38, max: 130 }))
    .map(([c, n]) => c.repeat(n)),
  fc
    .tuple(fc.constantFrom('a', '€'), fc.constantFrom(16_384, 21_845, 21_846, 65_535, 65_536))
    .map(([c, n]) => c.repeat(n)),
);

const form = fc.constantFrom('text', 'frame', 'envelope');

function inForm(message: string, how: 'text' | 'frame' | 'envelope'): Part[] {
  if (how === 'text') return [message];
  if (how === 'frame') return framed(message);
  const head = /^[\0-\x7f]{0,40}/.exec(message)![0].slice(0, message.length - 1);
  const rest = message.slice(head.length);
  const tail = /[\0-\x7f]?$/.exec(rest)![0].slice(rest.length === 1 ? 1 : 0);
  const body = rest.slice(0, rest.length - tail.length);
  return body === '' ? [message] : [new Envelope(head, Encoded.fromJson(body), tail)];
}

describe('fill', () => {
  it('frames texts as ws does, passes frames on, and keeps their order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, form), { maxLength: 6 }), (messages) => {
        const parts = messages.flatMap(([message, how]) => inForm(message, how));
        const expected = Buffer.concat(messages.flatMap(([message]) => framed(message)));
        const out = Buffer.alloc(exactSize(parts));
        expect(fill(out, parts)).toBe(expected.length);
        expect(out.equals(expected)).toBe(true);
        expect(boundOfSize(parts)).toBeGreaterThanOrEqual(expected.length);
      }),
    );
  });
});
