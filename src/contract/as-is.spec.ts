import fc from 'fast-check';
import { z } from 'zod';
import { asIsTestOf, takesAsIs } from './as-is.js';
import { commandNames, definitionOf } from './commands.js';
import { METADATA } from './scalars.js';

/** What fields hold, rightly and wrongly. */
const anyValue = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<unknown>(1, 2, 'long enough', true) },
  { weight: 4, arbitrary: fc.integer({ min: -1, max: 3 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 2, arbitrary: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }) },
  fc.constantFrom(
    '1',
    '',
    ' ',
    'long enough',
    '\0',
    '\ud800',
    'é',
    1.5,
    2 ** 53,
    NaN,
    null,
    undefined,
    true,
    [],
    [1],
  ),
  fc.constantFrom('x'.repeat(10_001), 'x'.repeat(129), '\u{1f600}'.repeat(5_001)),
  fc.dictionary(fc.constantFrom('a', 'mentions', 'b'), fc.jsonValue({ maxDepth: METADATA.depth + 1 })),
  fc.record({ mentions: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }) }),
);

const commands = commandNames.map((name) => ({ name, input: definitionOf(name).input }));
const told = commands.filter(({ input }) => asIsTestOf(input) !== null);

describe('What is said to be handed on as it is', () => {
  it.each(told)('is what the schema of $name makes of it', ({ input }) => {
    const isAsIs = asIsTestOf(input)!;
    const fields = Object.entries((input as z.ZodObject).shape);
    const requiredKeys = fields
      // Required, or filled in when it is left out.
      .filter(
        ([, field]) => field.safeParse(undefined).data !== undefined || !field.safeParse(undefined).success,
      )
      .map(([name]) => name);
    const given = fc
      .subarray(fields, { maxLength: Math.min(2, fields.length) })
      .map((some) =>
        [...some.map(([name]) => name), ...requiredKeys].map((name) => [name, anyValue] as const),
      )
      .chain((some) => fc.record(Object.fromEntries(some)));
    const extra = fc.dictionary(fc.constantFrom('stranger', ...requiredKeys), anyValue, { maxKeys: 1 });
    const objects = fc
      .tuple(given, fc.option(extra, { freq: 2 }))
      .map(([value, more]) => ({ ...value, ...more }));
    let taken = 0;
    fc.assert(
      fc.property(objects, (value) => {
        if (!isAsIs(value)) return;
        taken++;
        expect(input.parse(value)).toStrictEqual(value);
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(0);
  });

  it('are the sends, receipts and watches of most clients', () => {
    const isAsIs = (name: (typeof commandNames)[number], value: unknown) =>
      asIsTestOf(definitionOf(name).input)!(value);
    expect(isAsIs('sendMessage', { senderId: 1, receiverId: 2, content: 'Hello!' })).toBe(true);
    expect(isAsIs('sendMessage', { chatId: 1, content: 'Hello!', clientId: 'a', metadata: { a: [1] } })).toBe(
      true,
    );
    expect(isAsIs('markAsSeen', { messageId: 1 })).toBe(true);
    expect(isAsIs('userOnline', { userId: 1 })).toBe(true);
    expect(isAsIs('watchPresence', { userIds: [2, 3] })).toBe(true);
    expect(isAsIs('watchPresence', { userIds: [2, '3'] })).toBe(false);
    expect(isAsIs('watchPresence', { userIds: Array.from({ length: 501 }, (_, i) => i + 1) })).toBe(false);
  });

  it('breaks none of an object’s own rules', () => {
    const isAsIs = asIsTestOf(definitionOf('sendMessage').input)!;
    expect(isAsIs({ senderId: 1, receiverId: 1, content: 'to myself' })).toBe(false);
    expect(isAsIs({ senderId: 1, content: 'to nobody' })).toBe(false);
    expect(isAsIs({ receiverId: 2, content: 'x', ['__proto__']: { chatId: 3 } })).toBe(false);
    expect(isAsIs(JSON.parse('{"receiverId":2,"content":"x","__proto__":{}}'))).toBe(false);
  });

  it('is nothing where a field is of an unknown kind', () => {
    const known = takesAsIs(z.string(), (value) => typeof value === 'string');
    expect(asIsTestOf(z.object({ known }))).not.toBeNull();
    expect(asIsTestOf(z.object({ known, other: z.string() }))).toBeNull();
    expect(asIsTestOf(z.looseObject({ known }))).toBeNull();
    expect(asIsTestOf(z.object({ known }).transform(() => 1))).toBeNull();
    expect(asIsTestOf(z.strictObject({ known }))).toBeNull();
  });
});
