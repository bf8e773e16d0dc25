import { type Command, isId, nullable, type Schema } from './contract';

/** What stands in the fields of a form, by name. */
export type Texts = Record<string, string>;

export type Kind = 'choice' | 'truth' | 'id' | 'number' | 'list' | 'json' | 'text' | 'long';

/** How a field is filled in. */
export function kindOf(written: Schema): Kind {
  const { schema } = nullable(written);
  if (schema.enum) return 'choice';
  if (schema.type === 'boolean') return 'truth';
  if (schema.type === 'integer' || schema.type === 'number') return isId(schema) ? 'id' : 'number';
  if (schema.type === 'array')
    return schema.items?.type === 'object' || schema.items?.type === 'array' ? 'json' : 'list';
  if (schema.type !== 'string') return 'json';
  return (schema.maxLength ?? 0) >= 1_000 && schema.maxLength !== 2_048 ? 'long' : 'text';
}

/** Required ones first, in the order of the contract. */
export function fieldsOf({ input }: Command): [string, Schema, boolean][] {
  const required = new Set(input.required ?? []);
  return Object.entries(input.properties ?? {})
    .map(([name, schema]): [string, Schema, boolean] => [name, schema, required.has(name)])
    .sort((one, other) => Number(other[2]) - Number(one[2]));
}

const NUMBER = /^-?\d+(\.\d+)?$/;
const numberOr = (text: string) => (NUMBER.test(text) ? Number(text) : text);

/** The value that a text means. What can't be read stays text, for the check to name. */
function valueOf(written: Schema, text: string): unknown {
  const { schema, orNull } = nullable(written);
  const plain = text.trim();
  if (orNull && plain === 'null') return null;
  switch (kindOf(written)) {
    case 'truth':
      return plain === 'true' ? true : plain === 'false' ? false : plain;
    case 'id':
    case 'number':
      return numberOr(plain);
    case 'list':
      if (plain.startsWith('[')) return parsed(plain);
      return plain
        .split(',')
        .map((one) => one.trim())
        .filter((one) => one !== '')
        .map((one) => (schema.items?.type === 'integer' ? numberOr(one) : one));
    case 'json':
      return parsed(plain);
    case 'choice':
      return plain;
    case 'text':
    case 'long':
      return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The input that a form means. An empty field is left out. */
export function inputOf(command: Command, texts: Texts): Record<string, unknown> {
  return Object.fromEntries(
    fieldsOf(command)
      .filter(([name]) => (texts[name] ?? '').trim() !== '')
      .map(([name, schema]) => [name, valueOf(schema, texts[name]!)]),
  );
}

/** The fields of a form that means this input; what has no field there is not in it. */
export function textsOf(command: Command, input: unknown): Texts {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return command.bare && input !== null && input !== undefined ? { [command.bare]: wordOf(input) } : {};
  const given = input as Record<string, unknown>;
  return Object.fromEntries(
    fieldsOf(command)
      .filter(([name]) => given[name] !== undefined)
      .map(([name, schema]) => {
        const value = given[name];
        const flat = Array.isArray(value) && kindOf(schema) === 'list' && !value.some(hasComma);
        return [name, flat ? value.map(wordOf).join(', ') : wordOf(value)];
      }),
  );
}

const hasComma = (value: unknown) => typeof value === 'string' && /[,\s]/.test(value);
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
