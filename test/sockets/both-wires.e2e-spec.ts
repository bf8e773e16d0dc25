import fc from 'fast-check';
import { nested } from '../support/bad-values.js';
import { BothWires, comparable, type Script } from '../support/both-wires.js';
import { clientFrame, inChunks, inFragments, OPCODES, textFrame } from '../support/client-frames.js';

/** So that a failure can be run again: SEED=… npx jest test/sockets/both-wires. */
const SEED = Number(process.env.SEED ?? 20_261_128);
const RUNS = 40;

const MORE_THAN_A_FRAME_MAY_HAVE = 140_000;

/**
 * Where the wires differ, and why they may. The comparison knows of these and of nothing else.
 *
 * | what | on `fast` | on `stock` | why it may |
 * | --- | --- | --- | --- |
 * | an answer that needs no waiting (a refusal) | leaves at once | a tick later | answers of a socket are in order among sends; between others no order is promised |
 * | the answer to a name that is no command | after the answers to commands that follow it in the same turn | in its turn | the same; what is no command goes through Socket.IO |
 * | frames of one turn | leave in one write | in a write each | the bytes are the same |
 * | what a connection still gets that is being closed for a fault | as it comes | as it comes | answers race with the closing on either; what was stored and what others hear is compared |
 */
describe('The same frames on both wires', () => {
  let wires: BothWires;
  beforeAll(async () => {
    wires = await BothWires.start();
  }, 60_000);
  afterAll(() => wires.stop());

  async function alike(script: Script): Promise<void> {
    const { fast, stock } = await wires.run(script);
    expect(comparable(fast)).toEqual(comparable(stock));
    if (fast.closed !== stock.closed) expect([fast.closed, stock.closed]).toContain(1006);
    for (const [ack, answers] of Object.entries(fast.answers)) {
      const others = stock.answers[ack] ?? [];
      const both = Math.min(answers.length, others.length);
      expect(answers.slice(0, both)).toEqual(others.slice(0, both));
    }
  }

  /** `$A` sends to `$B`; `$K` is an ack id of its own. */
  const filled = (templates: readonly string[], a: number, b: number) =>
    templates.map((text, i) =>
      text
        .replaceAll('$A', String(a))
        .replaceAll('$B', String(b))
        .replaceAll('$K', String(i + 1)),
    );

  const SEND = '42$K["sendMessage",{"senderId":$A,"receiverId":$B,"content":"hello"}]';
  const QUIET_SEND = SEND.replace('$K', '');

  describe('by hand', () => {
    it.each<[string, string[]]>([
      ['a send and its answer', [SEND]],
      ['sends with and without an answer', [SEND, QUIET_SEND, SEND, QUIET_SEND]],
      ['blanks everywhere', ['42$K [ "getChats" ,\t{ "userId" :\r\n 3 } ] ']],
      [
        'escapes in a name and a text',
        [SEND.replace('s', '\\u0073').replace('hello', '\\ud83d\\ude00\\n\\"')],
      ],
      ['a surrogate without its half', [SEND.replace('hello', '\\ud800')]],
      ['Unicode in every width', [SEND.replace('hello', 'é€😀\u2028\u0000'.slice(0, -1))]],
      ['a name that is no command', ['42$K["noSuchCommand",1]', '42["noSuchCommand"]', SEND]],
      ['a number for a name', ['42$K[7,1]', '42[7]', SEND]],
      ['names of objects', ['42$K["__proto__"]', '42$K["constructor"]', '42$K["toString",{}]']],
      ['too many arguments', ['42$K["getChats",3,4]', '42$K["getChats",3,null,null]', '42$K["getChats"]']],
      ['an ack id with zeros, twice', ['42007["getChats",3]', '427["getChats",3]']],
      ['answers that nobody waits for', ['43999[1]', '430[{"__proto__":1}]', SEND]],
      ['deep JSON', [`42$K["sendMessage",${nested(11_000)}]`, SEND]],
      ['deep JSON without an answer', [`42["sendMessage",${nested(11_000)}]`, SEND]],
      ['JSON of too many parts', [`42$K["sendMessage",[${'0,'.repeat(13_000)}0]]`, SEND]],
      ['a namespace that there is not', ['40/nowhere,', SEND]],
      ['pongs that nobody asked for', ['3', SEND, '3', '3probe', SEND]],
      ['the end of a handshake that was none', ['5', SEND]],
      ['a noop', ['6', SEND]],
      ['broken JSON', [SEND, '42["getChats",1']],
      ['a reserved name', [SEND, '42["disconnect"]', SEND]],
      ['a ping, which is the server’s to send', [SEND, '2']],
      ['a namespace that was not joined', [SEND, '42/nowhere,["getChats",1]', SEND]],
      ['a second CONNECT', [SEND, '40']],
      ['a CONNECT_ERROR', ['44{"message":"x"}', SEND]],
      ['DISCONNECT', [SEND, '41']],
      ['DISCONNECT of another namespace', [SEND, '41/nowhere,', SEND]],
      ['Engine.IO’s close', [SEND, '1']],
      [
        'a binary event that lacks its attachment',
        ['451-["sendMessage",{"_placeholder":true,"num":0}]', SEND],
      ],
      ['an unknown packet type', [SEND, '47["x"]', SEND]],
      ['nothing', ['', SEND]],
      ['no packet of Engine.IO', ['z', SEND]],
      ['more than a frame may have', [SEND, `42["x","${'x'.repeat(MORE_THAN_A_FRAME_MAY_HAVE)}"]`, SEND]],
    ])('%s', async (_what, templates) => {
      const frames = (a: number, b: number) => filled(templates, a, b).map(textFrame);
      await alike((a, b) => [Buffer.concat(frames(a, b))]);
      await alike(frames);
    });

    it.each<[string, (send: string) => Buffer[]]>([
      ['a byte at a time', (send) => [...textFrame(send)].map((byte) => Buffer.from([byte]))],
      [
        'fragments with a ping between',
        (send) => [inFragments(send, [0.1, 0.1, 0.5], clientFrame(OPCODES.ping, 'x'))],
      ],
      [
        'a fragment and then another message',
        (send) => [clientFrame(OPCODES.text, send, false), textFrame(send)],
      ],
      [
        'a whole text and a half one in a chunk',
        (send) => inChunks(Buffer.concat([textFrame(send), textFrame(send)]), [0.7]),
      ],
      [
        'an empty ping and a pong',
        (send) => [clientFrame(OPCODES.ping, ''), clientFrame(OPCODES.pong, 'x'), textFrame(send)],
      ],
      ['a ping in two parts', () => [clientFrame(OPCODES.ping, 'x', false)]],
      ['binary data', (send) => [textFrame(send), clientFrame(OPCODES.binary, send)]],
      [
        'a binary event with its attachment',
        (send) => [
          textFrame(send),
          textFrame('451-["x",{"_placeholder":true,"num":0}]'),
          clientFrame(OPCODES.binary, 'x'),
        ],
      ],
      [
        'no UTF-8 behind a text',
        (send) => [
          Buffer.concat([textFrame(send), clientFrame(OPCODES.text, Buffer.from([0x34, 0x32, 0xff]))]),
        ],
      ],
      ['a surrogate as UTF-8', () => [clientFrame(OPCODES.text, Buffer.from([0x34, 0xed, 0xa0, 0x80]))]],
      ['no mask', (send) => [textFrame(send), Buffer.from([0x81, 0x01, 0x34])]],
      ['reserved bits', (send) => [textFrame(send), clientFrame(0x70 | OPCODES.text, send)]],
      ['a reserved opcode', (send) => [textFrame(send), clientFrame(0x3, send)]],
      ['a continuation of nothing', (send) => [textFrame(send), clientFrame(OPCODES.continuation, send)]],
      [
        'a length past all limits',
        (send) => [textFrame(send), Buffer.from([0x81, 0xff, 0x7f, ...Array<number>(7).fill(255)])],
      ],
      [
        'a close with a code and a reason',
        (send) => [textFrame(send), clientFrame(OPCODES.close, Buffer.from('\x03\xe8bye', 'latin1'))],
      ],
      [
        'a close, and texts behind it',
        (send) => [Buffer.concat([textFrame(send), clientFrame(OPCODES.close, ''), textFrame(send)])],
      ],
      [
        'a close of a code that there is not',
        (send) => [textFrame(send), clientFrame(OPCODES.close, Buffer.from([0, 1]))],
      ],
    ])('%s', async (_what, chunks) => {
      await alike((a, b) => chunks(filled([SEND], a, b)[0]!));
    });
  });

  /** JSON with blanks wherever they may be, and characters as escapes. */
  const written = (json: string, blanks: readonly string[], escaping: number): string => {
    const tokens = json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
    return tokens
      .map((token, i) => (token.startsWith('"') && i % 4 < escaping ? escaped(token) : token))
      .flatMap((token, i) => [token, blanks[i % blanks.length]!])
      .join('');
  };
  const escaped = (token: string) =>
    token.replace(/\w/, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

  const content = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.constantFrom('x'.repeat(130), '€'.repeat(5_000), ''),
  );
  const args = fc.oneof(
    {
      weight: 6,
      arbitrary: content.map(
        (text) => `["sendMessage",{"senderId":$A,"receiverId":$B,"content":${JSON.stringify(text)}}]`,
      ),
    },
    fc.constantFrom(
      '["getChats",{"userId":3}]',
      '["getChat",{"chatId":999999}]',
      '["getMessages",{"chatId":999999}]',
    ),
    fc.constantFrom(
      '["markAsSeen",{"messageId":999999}]',
      '["userOnline",$A]',
      '["noSuchCommand",{"a":[1]}]',
    ),
    fc.jsonValue({ maxDepth: 3 }).map((value) => `["sendMessage",${JSON.stringify(value)}]`),
    fc.constantFrom(`["sendMessage",${nested(40)}]`, '[5,"a number"]'),
  );
  const command = fc
    .tuple(
      args,
      fc.constantFrom('$K', ''),
      fc.array(fc.constantFrom('', '', ' ', '\n\t', '\r\n '), { minLength: 1 }),
      fc.nat(3),
    )
    .map(([json, ack, blanks, escaping]) => `42${ack}${written(json, blanks, escaping)}`);
  const harmless = fc.constantFrom('3', '6', '43999[1]', '40/nowhere,', '41/nowhere,');
  const fatal = fc.constantFrom(
    '42[',
    '42["connect"]',
    '451-["x",{"_placeholder":true,"num":0}]',
    'z',
    '2',
    '41',
    '1',
  );

  interface Drawn {
    texts: string[];
    /** Where each text is cut into fragments; most are not. */
    fragments: (readonly number[])[];
    cuts: number[];
    last: string | null;
  }
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const script: fc.Arbitrary<Drawn> = fc.record({
    texts: fc.array(fc.oneof({ weight: 5, arbitrary: command }, harmless), { minLength: 1, maxLength: 12 }),
    fragments: fc.array(
      fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(share, { maxLength: 3 })),
      {
        minLength: 1,
      },
    ),
    cuts: fc.array(share, { maxLength: 6 }),
    last: fc.option(fatal, { freq: 3 }),
  });

  it(`generated at random, with the seed ${SEED}`, async () => {
    const ping = clientFrame(OPCODES.ping, 'between');
    await fc.assert(
      fc.asyncProperty(script, async ({ texts, fragments, cuts, last }) => {
        await alike((a, b) => {
          const frames = filled(texts, a, b).map((text, i) =>
            inFragments(text, fragments[i % fragments.length]!, ping),
          );
          if (last !== null) frames.push(textFrame(last));
          return inChunks(Buffer.concat(frames), cuts);
        });
      }),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
  }, 120_000);
});
