import fc from 'fast-check';
import * as stock from 'socket.io-parser';
import { Encoded } from '../../delivery/encoding/encoded.js';
import { createParser, RefusedPayload, type WirePacket } from './parser.js';

const lean = createParser();
const { EVENT, ACK, CONNECT, CONNECT_ERROR, DISCONNECT } = stock.PacketType;
const reserved = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];

type Parser = {
  Decoder: new () => {
    on(event: 'decoded', listener: (packet: WirePacket) => void): unknown;
    add(chunk: unknown): void;
  };
};

function decodeWith(parser: Parser, text: unknown): WirePacket {
  const decoder = new parser.Decoder();
  let decoded: WirePacket | undefined;
  decoder.on('decoded', (packet) => (decoded = packet));
  decoder.add(text);
  if (!decoded) throw new Error('nothing was decoded');
  return decoded;
}

const decode = (text: unknown) => decodeWith(lean, text);
const stockDecode = (text: string) => decodeWith(stock, text);
const encode = (packet: WirePacket) => new lean.Encoder().encode(packet);
const stockEncode = (packet: WirePacket) => new stock.Encoder().encode(packet) as string[];

const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' });
const eventName = fc.string({ unit: 'binary' }).filter((name) => !reserved.includes(name));
const nsp = fc.constantFrom('/', '/admin', '/a/b-1', '/ünï');
const id = fc.option(fc.nat({ max: 999_999_999_999_999 }), { nil: undefined });
const object = fc.dictionary(fc.string(), json);

const packet: fc.Arbitrary<WirePacket> = fc.oneof(
  fc.record({
    type: fc.constant(EVENT),
    nsp,
    id,
    data: fc.tuple(fc.oneof(eventName, fc.integer()), fc.array(json)).map(([name, args]) => [name, ...args]),
  }),
  fc.record({ type: fc.constant(ACK), nsp, id: fc.nat(), data: fc.array(json) }),
  fc.record({ type: fc.constant(CONNECT), nsp, data: fc.option(object, { nil: undefined }) }),
  fc.record({ type: fc.constant(CONNECT_ERROR), nsp, data: object }),
  fc.record({ type: fc.constant(DISCONNECT), nsp }),
);

describe('the lean parser compared with the stock one', () => {
  it('encodes to the same text', () => {
    fc.assert(fc.property(packet, (p) => expect(encode(p)).toEqual(stockEncode(p))));
  });

  it('encodes what JSON leaves out, and what has a toJSON, to the same text', () => {
    const odd = [undefined, null, () => 1, Symbol('s'), NaN, new Date(0), { a: undefined, b: new Map() }];
    const p = { type: EVENT, nsp: '/', data: ['odd', ...odd] };
    expect(encode(p)).toEqual(stockEncode(p));
  });

  it('decodes what the stock encoder makes', () => {
    fc.assert(
      fc.property(packet, (p) => expect(decode(stockEncode(p)[0])).toEqual(stockDecode(stockEncode(p)[0]!))),
    );
  });

  it('encodes what the stock decoder accepts', () => {
    fc.assert(
      fc.property(packet, (p) => {
        const data: unknown = p.data === undefined ? undefined : JSON.parse(JSON.stringify(p.data));
        expect(stockDecode(encode(p)[0])).toEqual({ ...p, data });
      }),
    );
  });
});

describe('the decoder', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(
        fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '9', ''),
        fc.constantFrom('', '/', '/x', '/x,', '12', '1-'),
      )
      .chain(([type, envelope]) => fc.json().map((text) => type + envelope + text)),
    fc.tuple(packet, fc.nat(), fc.string({ maxLength: 3 })).map(([p, at, noise]) => {
      const [text] = encode(p);
      return text.slice(0, at % text.length) + noise + text.slice((at % text.length) + 1);
    }),
  );

  it('throws a plain error on garbage, refuses it, or decodes it as the stock one does', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        let decoded: WirePacket;
        try {
          decoded = decode(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(RangeError);
          return;
        }
        if (!(Array.isArray(decoded.data) && decoded.data[1] instanceof RefusedPayload)) {
          expect(decoded).toEqual(stockDecode(text));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, string]>([
    ['a disconnect with a payload', '1{}'],
    ['credentials that are no object', '0["token"]'],
    ['credentials nested too deep', `0{"a":${'['.repeat(40)}${']'.repeat(40)}}`],
    ['a refusal, which is the server’s to send', '4'],
  ])('throws on %s', (_name, chunk) => {
    expect(() => decode(chunk)).toThrow(Error);
  });

  const { malformed, binary } = RefusedPayload;
  it.each<[string, string | Buffer, string | null, RefusedPayload, number?]>([
    ['nothing', '', null, malformed],
    ['an unknown type', '7["x"]', null, malformed],
    ['a binary event', '51-["x",{"_placeholder":true,"num":0}]', 'x', binary],
    ['a binary event to be answered', '51-17["x",{"_placeholder":true,"num":0}]', 'x', binary, 17],
    ['a binary event that lies', '59999999999-["x"]', 'x', binary],
    ['a binary event without a number', '5["x"]', 'x', binary],
    ['a binary ack', '61-1[{"_placeholder":true,"num":0}]', null, binary],
    ['bytes', Buffer.from('2["x"]'), null, binary],
    ['an event without arguments', '2', null, malformed],
    ['an event without a name', '21[]', null, malformed, 1],
    ['an event named by an object', '2[{}]', null, malformed],
    ['an event that is an object', '2{"0":"x"}', null, malformed],
    ['broken JSON', '212["x",{]', 'x', malformed, 12],
    ['NaN', '20["x",{"a":NaN}]', 'x', malformed, 0],
    ['an ack without a list', '31{}', null, malformed],
    ['an ack id beyond safe integers', `2${'9'.repeat(16)}["x"]`, null, malformed],
    ['an ack nested too deep', `31[${'['.repeat(40)}${']'.repeat(40)}]`, null, malformed],
    ['a name nested too deep', `2${'['.repeat(100)}${']'.repeat(100)}`, null, malformed],
    ...reserved.map((name): [string, string, null, RefusedPayload] => [
      `the reserved event ${name}`,
      `2["${name}"]`,
      null,
      malformed,
    ]),
    ...reserved.map((name): [string, string, null, RefusedPayload, number] => [
      `the reserved event ${name}, too deep`,
      `23["${name}",${'['.repeat(100)}]`,
      null,
      malformed,
      3,
    ]),
  ])('hands on %s as a refused event', (_name, chunk, name, payload, ...[ack]) => {
    expect(decode(chunk)).toEqual({ type: EVENT, nsp: '/', id: ack, data: [name, payload] });
  });

  it('throws away the binary frames that belong to a refused packet, and no others', () => {
    const heard: unknown[] = [];
    const decoder = new lean.Decoder();
    decoder.on('decoded', ({ data }) => heard.push(data));
    for (const chunk of ['52-["x"]', Buffer.from('1'), Buffer.from('2'), '2["y"]', Buffer.from('3')])
      decoder.add(chunk);
    expect(heard).toEqual([['x', binary], ['y'], [null, binary]]);
  });

  it.each([100_000, 1_000_000])('hands on a command with %i brackets unparsed, within 5 ms', (depth) => {
    const text = `2/chat,17["send\\u004dessage",{"metadata":${'['.repeat(depth)}${']'.repeat(depth)}}]`;
    const decoded = decode(text);
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      decode(text);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(5);
    expect(decoded).toEqual({
      type: EVENT,
      nsp: '/chat',
      id: 17,
      data: ['sendMessage', RefusedPayload.tooDeep],
    });
  });

  it('hands on a command with 60,000 keys unparsed', () => {
    const keys = Object.fromEntries(Array.from({ length: 60_000 }, (_, i) => [`k${i}`, i]));
    const decoded = decode(`21${JSON.stringify(['sendMessage', keys])}`);
    expect(decoded).toEqual({ type: EVENT, nsp: '/', id: 1, data: ['sendMessage', RefusedPayload.tooLarge] });
  });

  it('uses the bounds of its parser', () => {
    const { Decoder } = createParser({ maxDepth: 2, maxTokens: 3 });
    const at = (text: string) => decodeWith({ Decoder }, text).data;
    expect(at('2["x",{"a":1}]')).toEqual(['x', { a: 1 }]);
    expect(at('2["x",{"a":[]}]')).toEqual(['x', RefusedPayload.tooDeep]);
    expect(at('2["x",{"a":1,"b":2}]')).toEqual(['x', RefusedPayload.tooLarge]);
  });

  it('emits nothing after its listener is removed', () => {
    const decoder = new lean.Decoder();
    const listener = jest.fn();
    decoder.on('decoded', listener);
    decoder.removeListener('decoded', () => undefined);
    decoder.add('2["x"]');
    decoder.removeListener('decoded', listener);
    decoder.add('2["x"]');
    decoder.destroy();
    expect(listener).toHaveBeenCalledTimes(1);
  });
});

describe('a payload encoded beforehand', () => {
  it('encodes to the same text as its plain value', () => {
    const args = fc.array(fc.tuple(json, fc.constantFrom('plain', 'of', 'fromJson')), { maxLength: 4 });
    fc.assert(
      fc.property(args, fc.constantFrom(EVENT, ACK), (list, type) => {
        const head = type === EVENT ? ['event'] : [];
        const plain = { type, nsp: '/', id: 1, data: [...head, ...list.map(([value]) => value)] };
        const wrapped = list.map(([value, how]) => {
          if (how === 'plain') return value;
          return how === 'of' ? Encoded.of(value) : Encoded.fromJson(JSON.stringify(value));
        });
        expect(encode({ ...plain, data: [...head, ...wrapped] })).toEqual(encode(plain));
        expect(JSON.stringify(wrapped)).toBe(JSON.stringify(list.map(([value]) => value)));
      }),
    );
  });

  it('keeps its text when its value changes later', () => {
    const value = { seq: 1 };
    const encoded = Encoded.of(value);
    value.seq = 2;
    expect(encode({ type: EVENT, nsp: '/', data: ['e', encoded] })).toEqual(['2["e",{"seq":1}]']);
  });

  it('encodes undefined as null', () => {
    expect(encode({ type: ACK, nsp: '/', id: 0, data: [Encoded.of(undefined)] })).toEqual(['30[null]']);
  });
});

it('refuses to encode binary packets', () => {
  expect(() => encode({ type: stock.PacketType.BINARY_EVENT, nsp: '/', data: ['x'] })).toThrow(Error);
});
