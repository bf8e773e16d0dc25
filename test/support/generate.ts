import fc, { type Arbitrary } from 'fast-check';
import { z } from 'zod';
import { type CommandDefinition, MAX_EXTERNAL_ID } from '../../src/contract/index.js';
import { MARKER, nested } from './bad-values.js';
import { AWKWARD } from './external-names.js';

/** JSON text in place of a value, for what no value can express, such as `1e400` or an own `__proto__`. */
class Json {
  constructor(readonly text: string) {}
}

/** The JSON of a generated value. */
export function toJson(value: unknown): string {
  if (value instanceof Json) return value.text;
  if (Array.isArray(value)) return `[${value.map(toJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, child]) => `${JSON.stringify(key)}:${toJson(child)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
}

interface Schema {
  type?: string;
  anyOf?: Schema[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  propertyNames?: Schema;
  additionalProperties?: Schema | boolean;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
}

/** Ids that exist, so that not every command ends with NOT_FOUND. */
export interface Known {
  users: readonly number[];
  chats: readonly number[];
  messages: readonly number[];
  webhooks: readonly number[];
  /** The externalIds of users and chats. */
  names: { users: readonly string[]; chats: readonly string[] };
}

/** Most characters of a generated text; longer texts are among the bad values. */
const MAX_TEXT = 50;

/** Characters of a text with a pattern: the longest keys of a device have 87. */
const MAX_MATCHING = 100;

/** Generates inputs, as an object of fields, from the schema of a command; a few refinements are not met. */
export function inputsOf(definition: CommandDefinition, known: Known): Arbitrary<Record<string, unknown>> {
  return inputsWith(definition, known, []);
}

/** As `inputsOf`, but always with the fields in the path of the command's route. */
export function routeInputsOf(
  definition: CommandDefinition,
  known: Known,
): Arbitrary<Record<string, unknown>> {
  const inPath = [...(definition.rest?.path.matchAll(/:(\w+)/g) ?? [])].map(([, field]) => field!);
  const inputs = inputsWith(definition, known, inPath);
  return fc.oneof(inputs, mutated(inputs));
}

function inputsWith(
  definition: CommandDefinition,
  known: Known,
  always: readonly string[],
): Arbitrary<Record<string, unknown>> {
  const schema = z.toJSONSchema(definition.input, { io: 'output', unrepresentable: 'any' }) as Schema;
  schema.required = [...(schema.required ?? []), ...always];
  return arbitraryOf(schema, '', known) as Arbitrary<Record<string, unknown>>;
}

function arbitraryOf(schema: Schema, field: string, known: Known): Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((one) => arbitraryOf(one, field, known)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, known);
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}, field, known), { maxLength: 5 });
    case 'integer':
    case 'number':
      return integerOf(schema, field, known);
    case 'string':
      return textOf(schema, field);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case undefined:
    default:
      return fc.jsonValue();
  }
}

function objectOf({ properties, required = [], ...schema }: Schema, known: Known): Arbitrary<unknown> {
  if (properties) {
    const fields = Object.entries(properties).map(([name, one]) => {
      const value = arbitraryOf(one, name, known);
      return [name, required.includes(name) ? value : sometimes(value)] as const;
    });
    return fc.record(Object.fromEntries(fields)).map(withoutUndefined);
  }
  const keys = schema.propertyNames
    ? fc.oneof(textOf(schema.propertyNames, 'chatId'), externalOf(known.names.chats))
    : fc.string({ maxLength: 10 });
  const values = schema.additionalProperties;
  const value = typeof values === 'object' ? arbitraryOf(values, '', known) : fc.jsonValue({ maxDepth: 2 });
  return fc.dictionary(keys, value, { maxKeys: 5 });
}

/** Left out in two of three cases: with all optional fields, few inputs would make sense. */
function sometimes(value: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

function withoutUndefined(input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function integerOf({ minimum = 0, maximum = 0 }: Schema, field: string, known: Known): Arbitrary<unknown> {
  const there = /chat/i.test(field)
    ? known.chats
    : /message|reply/i.test(field)
      ? known.messages
      : OF_USERS.test(field)
        ? known.users
        : /webhook/i.test(field)
          ? known.webhooks
          : [1, 2, 10, 100];
  const number = fc.oneof(
    { weight: 8, arbitrary: fc.nat(there.length - 1).map((index) => there[index]) },
    { weight: 1, arbitrary: fc.integer({ min: minimum, max: maximum }) },
    { weight: 1, arbitrary: fc.constantFrom(minimum, maximum, 2 ** 31, 2 ** 32) },
  );
  const id = fc.tuple(number, fc.boolean()).map(([value, asText]) => (asText ? String(value) : value));
  const names = /chat/i.test(field) ? known.names.chats : OF_USERS.test(field) ? known.names.users : null;
  if (names === null) return id;
  return fc.oneof({ weight: 2, arbitrary: id }, { weight: 1, arbitrary: externalOf(names) });
}

const OF_USERS = /user|sender|receiver|member|^ids?$/i;

/** What stands for the id of a user or chat: the externalId of one that is there, or any other. */
function externalOf(names: readonly string[]): Arbitrary<string> {
  return fc
    .oneof(
      { weight: 6, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.constantFrom('17', ...AWKWARD) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: MAX_EXTERNAL_ID }) },
    )
    .map((externalId) => `external:${externalId}`);
}

function textOf({ pattern, maxLength = MAX_TEXT, format }: Schema, field: string): Arbitrary<string> {
  if (format === 'date-time') {
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(9e12) })
      .map((date) => date.toISOString());
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern), { maxLength: MAX_MATCHING });
  if (/url/i.test(field)) return fc.webUrl();
  if (field === 'emoji') return fc.constantFrom('👍', '❤️', '👩‍👩‍👦', '+1', ':x:', '%', '/', '?', '\u202E', '#️⃣');
  return fc.string({ unit: 'binary', minLength: 1, maxLength: Math.min(maxLength, MAX_TEXT) });
}

/** Values that are wrong everywhere, or wrong in this place. */
const strange: Arbitrary<unknown> = fc.oneof(
  fc
    .constantFrom(
      ...[
        'null',
        'true',
        '0',
        '-1',
        '1.5',
        '1e400',
        '-1e400',
        '-0',
        '9007199254740993',
        '1e20',
        '[]',
        '{}',
        '""',
      ],
      ...[
        '"1e3"',
        '" 1"',
        '"\\u0000"',
        '"\\ud800"',
        '{"$ne":1}',
        '{"__proto__":{"id":1}}',
        '{"toJSON":1}',
        '[[1]]',
      ],
      ...[
        '{"constructor":{"prototype":{"x":1}}}',
        `"${MARKER}"`,
        `{"${MARKER}":["${MARKER}"]}`,
        '{"length":-1}',
      ],
      ...[
        nested(40),
        nested(2_000),
        `"${'x'.repeat(10_001)}"`,
        `[${'1,'.repeat(500)}1]`,
        '"' + '😀'.repeat(5_001) + '"',
      ],
    )
    .map((text) => new Json(text)),
  fc.jsonValue(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

const strangeKeys = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  '',
  MARKER,
  'id',
  'userId',
  'a.b',
  '$where',
);

type Change =
  | { what: 'replace' | 'wrap'; at: number; value: unknown }
  | { what: 'drop' | 'rename'; at: number; key: string }
  | { what: 'add'; key: string; value: unknown };

const changes: Arbitrary<Change> = fc.oneof(
  fc.record({ what: fc.constantFrom('replace' as const, 'wrap' as const), at: fc.nat(20), value: strange }),
  fc.record({ what: fc.constantFrom('drop' as const, 'rename' as const), at: fc.nat(20), key: strangeKeys }),
  fc.record({ what: fc.constant('add' as const), key: strangeKeys, value: strange }),
);

function changed(input: Record<string, unknown>, change: Change): Record<string, unknown> {
  const entries: [string, unknown][] = Object.entries(input);
  if (change.what === 'add') return fromEntries([...entries, [change.key, change.value]]);
  if (entries.length === 0) return input;
  const at = change.at % entries.length;
  const [key, value] = entries[at]!;
  switch (change.what) {
    case 'replace':
      return fromEntries(entries.with(at, [key, change.value]));
    case 'wrap':
      return fromEntries(entries.with(at, [key, [value]]));
    case 'drop':
      return fromEntries(entries.toSpliced(at, 1));
    case 'rename':
      return fromEntries(entries.with(at, [change.key, value]));
  }
}

/** As Object.fromEntries, but `__proto__` is a key like any other. */
function fromEntries(entries: readonly [string, unknown][]): Record<string, unknown> {
  const made = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of entries) made[key] = value;
  return made;
}

/** Inputs with up to three faults. */
function mutated(inputs: Arbitrary<Record<string, unknown>>): Arbitrary<Record<string, unknown>> {
  return fc
    .tuple(inputs, fc.array(changes, { minLength: 1, maxLength: 3 }))
    .map(([input, wrong]) => wrong.reduce(changed, input));
}

/** Payloads of a command: valid, nearly valid, and of any form. */
export function payloadsOf(definition: CommandDefinition, known: Known): Arbitrary<string> {
  return fc
    .oneof(
      { weight: 4, arbitrary: inputsOf(definition, known) },
      { weight: 4, arbitrary: mutated(inputsOf(definition, known)) },
      { weight: 1, arbitrary: strange },
      { weight: 1, arbitrary: fc.constantFrom(...known.users, ...known.chats, ...known.messages) },
    )
    .map(toJson);
}
